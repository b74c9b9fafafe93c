"""How Splink compares two records of FEBRL data set 4, from its columns in lower case without blanks at the ends."""

from splink import SettingsCreator, block_on  # type: ignore[import-not-found]
from splink.comparison_level_library import (  # type: ignore[import-not-found]
    ColumnsReversedLevel,
    CustomLevel,
    DamerauLevenshteinLevel,
    ElseLevel,
    ExactMatchLevel,
    JaroWinklerLevel,
    LevenshteinLevel,
    NullLevel,
)
from splink.comparison_library import (  # type: ignore[import-not-found]
    CustomComparison,
    DamerauLevenshteinAtThresholds,
    ExactMatch,
    JaroWinklerAtThresholds,
)

_TEXTS = (
    "given_name",
    "surname",
    "street_number",
    "address_1",
    "address_2",
    "suburb",
    "postcode",
    "state",
    "date_of_birth",
    "soc_sec_id",
)
COLUMNS = ", ".join(
    ["CAST(record AS INTEGER) AS unique_id", *(f"nullif(lower(trim({text})), '') AS {text}" for text in _TEXTS)]
)


def _name(column: str, other: str) -> CustomComparison:
    return CustomComparison(
        output_column_name=column,
        comparison_levels=[
            NullLevel(column),
            ExactMatchLevel(column, term_frequency_adjustments=True),
            JaroWinklerLevel(column, 0.92),
            JaroWinklerLevel(column, 0.8),
            ColumnsReversedLevel(column, other),
            ElseLevel(),
        ],
    )


BIRTH_DATE = CustomComparison(
    output_column_name="date_of_birth",
    comparison_levels=[
        NullLevel("date_of_birth"),
        ExactMatchLevel("date_of_birth"),
        DamerauLevenshteinLevel("date_of_birth", 1),
        CustomLevel("date_of_birth_l[1:4] = date_of_birth_r[1:4]", "same year"),
        LevenshteinLevel("date_of_birth", 2),
        ElseLevel(),
    ],
)

SETTINGS = SettingsCreator(
    link_type="link_only",
    comparisons=[
        _name("given_name", "surname"),
        _name("surname", "given_name"),
        BIRTH_DATE,
        DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
        DamerauLevenshteinAtThresholds("postcode", [1, 2]),
        ExactMatch("street_number").configure(term_frequency_adjustments=True),
        JaroWinklerAtThresholds("address_1", [0.9, 0.7]),
        JaroWinklerAtThresholds("suburb", [0.9, 0.7]),
    ],
    blocking_rules_to_generate_predictions=[
        block_on("soc_sec_id"),
        block_on("given_name", "surname"),
        block_on("date_of_birth"),
        block_on("postcode", "street_number"),
        block_on("surname", "suburb"),
        block_on("given_name", "suburb"),
        block_on("address_1", "street_number"),
        block_on("surname", "postcode"),
        block_on("given_name", "postcode"),
        block_on("substr(soc_sec_id, 1, 4)", "substr(date_of_birth, 1, 4)"),
        block_on("substr(soc_sec_id, 4, 4)", "substr(given_name, 1, 2)"),
    ],
    retain_matching_columns=False,
    retain_intermediate_calculation_columns=False,
    max_iterations=25,
)

DETERMINISTIC_RULES = [
    block_on("soc_sec_id"),
    block_on("given_name", "surname", "date_of_birth"),
]
DETERMINISTIC_RECALL = 0.9

TRAINING_RULES = [block_on("date_of_birth"), block_on("postcode"), block_on("soc_sec_id")]
