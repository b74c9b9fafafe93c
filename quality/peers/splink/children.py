"""How Splink compares two records of children, from the same normalised attributes that linkage keys are made of."""

from splink import SettingsCreator, block_on  # type: ignore[import-not-found]
from splink.comparison_level_library import (  # type: ignore[import-not-found]
    ArrayIntersectLevel,
    CustomLevel,
    ElseLevel,
    ExactMatchLevel,
    JaroWinklerLevel,
    NullLevel,
)
from splink.comparison_library import CustomComparison, ExactMatch  # type: ignore[import-not-found]

# A record has one date, or two where the declared one is not the one in its number; d1 and d2 are equal if it has one.
COLUMNS = """
    CAST(record AS INTEGER) AS unique_id,
    nullif(core15, '') AS number,
    filter_empty(repaired) AS repaired,
    nullif(name, '') AS name,
    nullif(syllables, '') AS syllables,
    nullif(surname, '') AS surname,
    nullif(given, '') AS given,
    CAST(given_count AS INTEGER) AS given_count,
    filter_empty(dates) AS dates,
    list_transform(filter_empty(dates), lambda x: x[1:4]) AS years,
    list_transform(filter_empty(dates), lambda x: x[1:6]) AS months,
    list_transform(filter_empty(dates), lambda x: x[5:8]) AS days_of_year,
    filter_empty(dates)[1] AS d1,
    filter_empty(dates)[-1] AS d2,
    coalesce(filter_empty(lunar_dates), []) AS lunar,
    nullif(sex, '') AS sex,
    filter_empty(counties) AS counties,
    filter_empty(prefectures) AS prefectures,
    nullif(guardian_core15, '') AS guardian_number,
    nullif(guardian_phone, '') AS guardian_phone,
    nullif(guardian_syllables, '') AS guardian_name
"""


def _any_date(condition: str) -> str:
    """Return a condition on `{x}` and `{y}` for any date of the left record and any of the right one."""
    pairs = ((one, other) for one in ("d1_l", "d2_l") for other in ("d1_r", "d2_r"))
    return " OR ".join(condition.format(x=one, y=other) for one, other in pairs)


_LUNAR = " OR ".join(
    f"list_contains(lunar_{one}, {date}_{other})" for one, other in ("lr", "rl") for date in ("d1", "d2")
)
_REPAIRED = (
    "coalesce(list_contains(repaired_l, number_r), false) OR coalesce(list_contains(repaired_r, number_l), false)"
    " OR coalesce(len(list_intersect(repaired_l, repaired_r)) > 0, false)"
)

# Numbers here are valid: two that differ in one digit are the numbers of twins, not one number with a slip.
NUMBER = CustomComparison(
    output_column_name="number",
    comparison_levels=[
        CustomLevel("number_l IS NULL AND repaired_l IS NULL OR number_r IS NULL AND repaired_r IS NULL").configure(
            is_null_level=True
        ),
        ExactMatchLevel("number"),
        CustomLevel(_REPAIRED, "agrees once repaired"),
        ElseLevel(),
    ],
)

NAME = CustomComparison(
    output_column_name="name",
    comparison_levels=[
        NullLevel("name"),
        ExactMatchLevel("name", term_frequency_adjustments=True),
        ExactMatchLevel("syllables", term_frequency_adjustments=True),
        CustomLevel("given_l = given_r AND given_count_l > 1", "given name, surname differs"),
        CustomLevel(
            "length(name_l) > 2 AND length(name_r) > 2 AND levenshtein(name_l, name_r) <= 1"
            " OR length(name_l) = 3 AND name_l = name_r[1] || name_r[3] || name_r[2]",
            "one character differs, or two are swapped",
        ),
        JaroWinklerLevel("syllables", 0.92),
        CustomLevel("given_l = given_r", "short given name, surname differs"),
        ExactMatchLevel("surname", term_frequency_adjustments=True),
        ElseLevel(),
    ],
)

BIRTH_DATE = CustomComparison(
    output_column_name="birth_date",
    comparison_levels=[
        CustomLevel("d1_l IS NULL OR d1_r IS NULL").configure(is_null_level=True),
        CustomLevel(_any_date("{x} = {y}"), "equal"),
        CustomLevel(_LUNAR, "equal when read as a lunar date"),
        CustomLevel(
            _any_date("({x} = {y}[1:4] || {y}[7:8] || {y}[5:6])"),
            "month and day swapped",
        ),
        CustomLevel(
            _any_date("({x}[1:4] = {y}[1:4] AND ({x}[5:8] = '0101' OR {y}[5:8] = '0101'))"),
            "same year, a side says 1 January",
        ),
        CustomLevel(_any_date("hamming({x}, {y}) <= 1"), "one digit"),
        CustomLevel(_any_date("{x}[1:6] = {y}[1:6]"), "same month"),
        CustomLevel(_any_date("{x}[5:8] = {y}[5:8]"), "same day of another year"),
        CustomLevel(_any_date("{x}[1:4] = {y}[1:4]"), "same year"),
        ElseLevel(),
    ],
)

REGION = CustomComparison(
    output_column_name="region",
    comparison_levels=[
        NullLevel("counties"),
        ArrayIntersectLevel("counties"),
        ArrayIntersectLevel("prefectures"),
        ElseLevel(),
    ],
)

# Number, phone and name of a guardian agree together, and siblings share them: as three comparisons they would count
# as three independent proofs, and siblings would become matches.
GUARDIAN = CustomComparison(
    output_column_name="guardian",
    comparison_levels=[
        CustomLevel(
            "(guardian_number_l IS NULL OR guardian_number_r IS NULL)"
            " AND (guardian_phone_l IS NULL OR guardian_phone_r IS NULL)"
            " AND (guardian_name_l IS NULL OR guardian_name_r IS NULL)"
        ).configure(is_null_level=True),
        CustomLevel("guardian_number_l = guardian_number_r", "number"),
        CustomLevel("guardian_phone_l = guardian_phone_r", "phone"),
        CustomLevel("levenshtein(guardian_phone_l, guardian_phone_r) <= 1", "phone but for a digit"),
        ExactMatchLevel("guardian_name", term_frequency_adjustments=True),
        CustomLevel("jaro_winkler_similarity(guardian_name_l, guardian_name_r) >= 0.92", "name nearly"),
        ElseLevel(),
    ],
)

SETTINGS = SettingsCreator(
    link_type="link_only",
    comparisons=[NUMBER, NAME, BIRTH_DATE, ExactMatch("sex"), REGION, GUARDIAN],
    blocking_rules_to_generate_predictions=[
        block_on("number"),
        block_on("syllables", "dates", arrays_to_explode=["dates"]),
        block_on("given", "dates", arrays_to_explode=["dates"]),
        block_on("surname", "dates", "prefectures", arrays_to_explode=["dates", "prefectures"]),
        block_on("syllables", "months", arrays_to_explode=["months"]),
        block_on("syllables", "days_of_year", arrays_to_explode=["days_of_year"]),
        block_on("syllables", "years", "prefectures", arrays_to_explode=["years", "prefectures"]),
        block_on("name", "counties", arrays_to_explode=["counties"]),
        block_on("counties", "dates", "sex", arrays_to_explode=["counties", "dates"]),
        block_on("guardian_number", "dates", arrays_to_explode=["dates"]),
        block_on("guardian_number", "given"),
        block_on("guardian_phone", "dates", arrays_to_explode=["dates"]),
        block_on("guardian_phone", "given"),
        block_on("guardian_name", "dates", arrays_to_explode=["dates"]),
        block_on("guardian_name", "syllables"),
    ],
    retain_matching_columns=False,
    retain_intermediate_calculation_columns=False,
    max_iterations=25,
    em_convergence=0.001,
)

DETERMINISTIC_RULES = [
    block_on("number"),
    block_on("syllables", "dates", arrays_to_explode=["dates"]),
    block_on("name", "guardian_name"),
]
DETERMINISTIC_RECALL = 0.95

# Expectation maximisation takes no exploded lists: the first date stands for all. A rule by guardian would bring in
# siblings and twins, and their differing numbers and names would be learnt as those of one child.
TRAINING_RULES = [block_on("number"), block_on("syllables", "d1")]
