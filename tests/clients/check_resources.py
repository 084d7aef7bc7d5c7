"""Checks FHIR resources, one a line, with the PyPI package fhir.resources (R4B, whose rules for these types are R4's)."""

import collections
import json
import sys

from fhir.resources.R4B import get_fhir_model_class


def wrong(text):
    """Why a resource is not valid, or None."""
    resource = json.loads(text)
    try:
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)
    except Exception as error:  # whatever the library raises is what it found
        return f"{resource['resourceType']}: {error}"
    return None


def main():
    counts = collections.Counter()
    problems = collections.Counter()
    for line in open(sys.argv[1], encoding="utf-8"):
        if not line.strip():
            continue
        counts[json.loads(line)["resourceType"]] += 1
        problem = wrong(line)
        if problem:
            problems[problem] += 1
    for kind, count in sorted(counts.items()):
        print(f"{kind}\t{count}")
    for problem, count in problems.most_common(20):
        print(f"WRONG {count} times: {problem[:1500]}", file=sys.stderr)
    return 1 if problems or not counts else 0


if __name__ == "__main__":
    sys.exit(main())
