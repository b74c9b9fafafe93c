"""Which bits of a Bloom filter each column of FEBRL data set 4 sets: a clkhash schema, version 3."""

from schema import feature, ngrams, schema_of  # type: ignore[import-not-found]

_COLUMNS = {
    "given_name": feature("given_name", ngrams(2), 200),
    "surname": feature("surname", ngrams(2), 200),
    "street_number": feature("street_number", ngrams(1, positional=True), 60),
    "address_1": feature("address_1", ngrams(2), 100),
    "suburb": feature("suburb", ngrams(2), 100),
    "postcode": feature("postcode", ngrams(1, positional=True), 100),
    "date_of_birth": feature("date_of_birth", ngrams(1, positional=True), 200),
    "soc_sec_id": feature("soc_sec_id", ngrams(1, positional=True), 200),
}
SCHEMA = schema_of(list(_COLUMNS.values()))


def row_of(record: dict[str, str]) -> list[str]:
    """Return the values of the schema's features."""
    return [record[column].strip().lower() for column in _COLUMNS]
