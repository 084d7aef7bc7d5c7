"""Links one file, or two, with Splink on DuckDB, set up as its own tutorials advise, and writes scored pairs.

splink_link.py SETTINGS OUT.csv THREADS FILE...    SETTINGS: people, people-without-number, febrl3, febrl4
"""

import sys

import duckdb
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import Linker, SettingsCreator, block_on
from splink.internals.duckdb.database_api import DuckDBAPI


def people(with_number):
    """Comparisons and rules for the columns of the development sets."""
    comparisons = [
        cl.NameComparison("first_name").configure(term_frequency_adjustments=True),
        cl.NameComparison("surname").configure(term_frequency_adjustments=True),
        cl.DateOfBirthComparison("dob", input_is_string=True, datetime_format="%Y-%m-%d"),
        # Postcode and address move together: one comparison, or a household is counted twice.
        cl.CustomComparison(
            [
                cll.NullLevel("postcode"),
                cll.And(cll.ExactMatchLevel("postcode"), cll.ExactMatchLevel("address")),
                cll.And(cll.ExactMatchLevel("postcode"), cll.LevenshteinLevel("address", 3)),
                cll.ExactMatchLevel("postcode", term_frequency_adjustments=True),
                cll.LevenshteinLevel("postcode", 1),
                cll.CustomLevel("split_part(postcode_l, ' ', 1) = split_part(postcode_r, ' ', 1)", "same district"),
                cll.ElseLevel(),
            ],
            output_column_name="home",
        ),
        cl.LevenshteinAtThresholds("phone", [1]).configure(term_frequency_adjustments=True),
        cl.ExactMatch("sex"),
    ]
    rules = [
        block_on("dob", "surname"),
        block_on("dob", "first_name"),
        block_on("postcode", "first_name"),
        block_on("postcode", "surname"),
        block_on("dob", "postcode"),
        block_on("phone", "first_name"),
        block_on("phone", "dob"),
        block_on("first_name", "surname", "substr(dob, 1, 4)"),
        block_on("first_name", "surname", "substr(postcode, 1, 3)"),
    ]
    if with_number:
        comparisons.append(cl.LevenshteinAtThresholds("nhs_number", [1]))
        rules.insert(0, block_on("nhs_number"))
    certain = [block_on("first_name", "surname", "dob", "postcode")]
    learn = [block_on("dob", "postcode"), block_on("first_name", "surname")]
    return comparisons, rules, certain, learn, 0.7, "dedupe_only"


def febrl(kind):
    """As the FEBRL tutorials of Splink do it."""
    comparisons = [
        cl.NameComparison("given_name").configure(term_frequency_adjustments=True),
        cl.NameComparison("surname").configure(term_frequency_adjustments=True),
        cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d"),
        cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
        cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
        cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(term_frequency_adjustments=True),
        cl.JaroWinklerAtThresholds("suburb", [0.9]).configure(term_frequency_adjustments=True),
        cl.JaroWinklerAtThresholds("address_1", [0.9]).configure(term_frequency_adjustments=True),
    ]
    rules = [
        block_on("soc_sec_id"),
        block_on("date_of_birth"),
        block_on("given_name", "surname"),
        block_on("given_name", "postcode"),
        block_on("surname", "postcode"),
        block_on("given_name", "suburb"),
        block_on("surname", "suburb"),
        block_on("address_1", "street_number"),
    ]
    certain = [block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth")]
    learn = [block_on("date_of_birth"), block_on("surname", "postcode")]
    return comparisons, rules, certain, learn, 0.9, "link_only" if kind == "febrl4" else "dedupe_only"


def cleaned(connection, number, path, kind):
    """The file with blanks as nothing, and names in one case: what the tutorials tell users to do first."""
    columns = [row[0] for row in connection.execute(f"describe select * from read_csv('{path}', all_varchar=true)").fetchall()]
    wanted = []
    for column in columns:
        as_name = "unique_id" if column == "rec_id" else column
        if kind == "people-without-number" and column == "nhs_number":
            continue
        if column in ("first_name", "surname", "given_name", "address", "address_1", "suburb"):
            expression = f"nullif(upper(trim({column})), '')"
            if column in ("first_name", "given_name"):
                expression = f"nullif(nullif(nullif(nullif({expression}, 'UNKNOWN'), 'BABY'), 'UNK'), 'NOT KNOWN')"
        elif column == "nhs_number":
            expression = f"case when {column} in ('0000000000', '9999999999') then null else nullif({column}, '') end"
        else:
            expression = f"nullif(trim({column}), '')"
        wanted.append(f"{expression} as {as_name}")
    connection.execute(f"create table rows{number} as select {', '.join(wanted)} from read_csv('{path}', all_varchar=true)")
    return f"rows{number}"


def main():
    kind, out, threads, files = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4:]
    connection = duckdb.connect()
    connection.execute(f"set threads = {threads}")
    made = febrl(kind) if kind.startswith("febrl") else people(kind == "people")
    comparisons, rules, certain, learn, recall, link_type = made
    api = DuckDBAPI(connection)
    frames = [api.register(cleaned(connection, n, path, kind)) for n, path in enumerate(files)]
    settings = SettingsCreator(
        link_type=link_type,
        comparisons=comparisons,
        blocking_rules_to_generate_predictions=rules,
        retain_matching_columns=False,
    )
    linker = Linker(frames if len(frames) > 1 else frames[0], settings, log_level=40)
    linker.training.estimate_probability_two_random_records_match(certain, recall=recall)
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    for rule in learn:
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    predicted = linker.inference.predict(threshold_match_weight=-5)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(predicted, threshold_match_probability=0.9)
    count = connection.execute(f"select count(*) from {clusters.physical_name}").fetchone()[0]
    print(f"{count} rows put into clusters", file=sys.stderr)
    connection.execute(
        f"copy (select unique_id_l as id_left, unique_id_r as id_right, match_weight from {predicted.physical_name}) to '{out}' (header)"
    )


main()
