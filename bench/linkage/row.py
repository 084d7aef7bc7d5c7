"""Puts what was measured into one row of a table, and fails when what is asked for is missed.

row.py NAME LOAD LEAST_F1 LEAST_RECALL_AT_PRECISION_0.999 FOLDER FILE...
"""

import json
import pathlib
import sys


def rows_of(path):
    with open(path, "rb") as file:
        return sum(piece.count(b"\n") for piece in iter(lambda: file.read(1 << 20), b"")) - 1


def main():
    name, load, least_f1, least_strict, folder = sys.argv[1:6]
    read = lambda file: json.loads((pathlib.Path(folder) / file).read_text())
    ours, ours_found = read("ours.json"), read("ours_found.json")
    peer, peer_found = read("splink.json"), read("splink_found.json")
    strict = "recall_at_precision_0.999"
    cells = [
        name,
        f"{sum(rows_of(path) for path in sys.argv[6:]):,}",
        load,
        ours["cpu_s"],
        peer["cpu_s"],
        f"{peer['cpu_s'] / max(ours['cpu_s'], 0.01):.1f}",
        ours["peak_mb"],
        peer["peak_mb"],
        ours_found["best_f1"],
        peer_found["best_f1"],
        ours_found["clusters_f1"],
        ours_found[strict],
        peer_found[strict],
    ]
    print("| " + " | ".join(str(cell) for cell in cells) + " |")
    for what, found, least in (("F1", ours_found["best_f1"], least_f1), (strict, ours_found[strict], least_strict)):
        if found < float(least):
            sys.exit(f"{name}: {what} is {found}; asked for is {least}")


main()
