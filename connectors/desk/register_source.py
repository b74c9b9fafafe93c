"""Where the agency's register comes from and which of its columns is what, as its mapping file says; no cell of it."""

from dataclasses import dataclass
from pathlib import Path

from connectors.agencies import agency_of
from connectors.context import Connector
from connectors.data_sets import Field
from connectors.sources.errors import SourceError
from connectors.sources.mapping import SourceMapping, SqlPlace, load_mapping


@dataclass(frozen=True, slots=True)
class RegisterSource:
    """What a mapping says.

    Attributes:
        mapping_file: name of the file, without its folder.
        kind: workbook, csv, parquet or sql.
        place: name of the data file, or of the database's table; "" for a query. Never an address of a database.
        mapped: each field that is read, with the names that its column may go by.
        missing: fields of the data set that no column is named for.
        failure: code of why the mapping can't be read (`connectors.sources.sentences`), or None.
    """

    mapping_file: str
    kind: str = ""
    place: str = ""
    mapped: tuple[tuple[Field, tuple[str, ...]], ...] = ()
    missing: tuple[Field, ...] = ()
    failure: str | None = None


def find_register_source(connector: Connector) -> RegisterSource | None:
    """Return where the register comes from; None where no mapping is set."""
    if connector.settings.register_mapping is None:
        return None
    path = Path(connector.folder, connector.settings.register_mapping)
    try:
        mapping = load_mapping(path)
    except SourceError as error:
        return RegisterSource(path.name, failure=error.code)
    fields = agency_of(connector.settings.agency_type).index_data_set.fields
    return RegisterSource(
        mapping_file=path.name,
        kind=mapping.source.kind,
        place=_place_of(mapping),
        mapped=tuple((field, mapping.columns[field.name]) for field in fields if field.name in mapping.columns),
        missing=tuple(field for field in fields if field.name not in mapping.columns),
    )


def _place_of(mapping: SourceMapping) -> str:
    place = mapping.source
    return (place.table or "") if isinstance(place, SqlPlace) else Path(place.path).name
