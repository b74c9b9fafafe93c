"""A row that an agency holds: its cells by canonical field name."""

Cell = str | int | None

Record = dict[str, Cell]


def text_of(record: Record, field: str) -> str:
    """Return a cell as text, an empty one as the empty text."""
    value = record[field]
    return "" if value is None else str(value)
