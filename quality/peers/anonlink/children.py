"""Which bits of a Bloom filter each attribute of a child sets: a clkhash schema, version 3.

An attribute of several values (dates, counties) is given as its first and its last, each with its own bits. How many
bits each gets was searched for with the truth at hand, on a province that is not used for the proof.
"""

from schema import exact, feature, ngrams, schema_of  # type: ignore[import-not-found]

SCHEMA = schema_of(
    [
        feature("number", ngrams(2, positional=True), 12),
        feature("syllables", ngrams(2), 120),
        feature("name", ngrams(1), 28),
        feature("first_date", ngrams(2, positional=True), 92),
        feature("last_date", ngrams(2, positional=True), 92),
        feature("sex", exact(), 4),
        feature("first_county", exact(), 24),
        feature("last_county", exact(), 24),
        feature("guardian_number", ngrams(2, positional=True), 12),
        feature("guardian_phone", ngrams(2, positional=True), 48),
        feature("guardian_name", ngrams(2), 20),
    ]
)


def row_of(record: dict[str, str]) -> list[str]:
    """Return the values of the schema's features."""
    dates, counties = record["dates"].split("|"), record["counties"].split("|")
    return [
        record["core15"],
        record["syllables"],
        record["name"],
        dates[0],
        dates[-1],
        record["sex"],
        counties[0],
        counties[-1],
        record["guardian_core15"],
        record["guardian_phone"],
        record["guardian_syllables"],
    ]
