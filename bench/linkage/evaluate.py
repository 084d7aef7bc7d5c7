"""How right scored pairs are, against the truth: F1 at the best threshold, recall where precision is 0.999.

evaluate.py PAIRS.csv TRUTH.csv [CLUSTERS.csv]     TRUTH: unique_id,cluster[,...], or two columns of true pairs

It shares nothing with the engine: it reads the pairs that a program wrote, and counts.
"""

import collections
import csv
import itertools
import json
import sys


def true_pairs(path):
    with open(path, newline="") as file:
        first = file.readline().strip().split(",")
        if first[:2] == ["unique_id", "cluster"]:
            people = collections.defaultdict(list)
            for row in csv.reader(file):
                people[row[1]].append(row[0])
            return {pair(a, b) for rows in people.values() for a, b in itertools.combinations(rows, 2)}
        return {pair(*first)} | {pair(*row) for row in csv.reader(file)}


def pair(a, b):
    return (a, b) if a < b else (b, a)


def f1(right, said, true):
    return 2 * right / (said + true) if said + true else 0.0


def main():
    truth = true_pairs(sys.argv[2])
    scored = {}
    with open(sys.argv[1], newline="") as file:
        for row in csv.DictReader(file):
            key, weight = pair(row["id_left"], row["id_right"]), float(row["match_weight"])
            scored[key] = max(weight, scored.get(key, weight))
    ranked = sorted(((weight, key in truth) for key, weight in scored.items()), key=lambda scored: -scored[0])
    best, strict, right = (0.0, 0.0), 0.0, 0
    for said, (weight, is_true) in enumerate(ranked, 1):
        right += is_true
        # Pairs of one weight stand or fall together.
        if said < len(ranked) and ranked[said][0] == weight:
            continue
        best = max(best, (f1(right, said, len(truth)), weight))
        if right / said >= 0.999:
            strict = max(strict, right / len(truth))
    found = {
        "true_pairs": len(truth),
        "pairs": len(ranked),
        "best_f1": round(best[0], 4),
        "at_weight": round(best[1], 2),
        "recall_at_precision_0.999": round(strict, 4),
    }
    if len(sys.argv) > 3:
        people = collections.defaultdict(list)
        with open(sys.argv[3], newline="") as file:
            for row in csv.DictReader(file):
                people[row["person"]].append(row["unique_id"])
        said = {pair(a, b) for rows in people.values() for a, b in itertools.combinations(rows, 2)}
        found["clusters_f1"] = round(f1(len(said & truth), len(said), len(truth)), 4)
    print(json.dumps(found))


main()
