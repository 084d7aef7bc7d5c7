"""Runs a command and writes what it took, of it and its children: CPU seconds, wall seconds, peak memory.

measured.py OUT.json COMMAND...
"""

import json
import resource
import subprocess
import sys
import time


def main():
    begun = time.monotonic()
    code = subprocess.run(sys.argv[2:], stdout=subprocess.DEVNULL).returncode
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    with open(sys.argv[1], "w") as file:
        took = {"cpu_s": round(used.ru_utime + used.ru_stime, 2), "wall_s": round(time.monotonic() - begun, 2)}
        json.dump(took | {"peak_mb": used.ru_maxrss // 1024, "exit": code}, file)
    sys.exit(code)


main()
