"""Finds what this connector's kind of agency holds: in the agency's own added files, else in a module here."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module

from connectors.agency_files import find_added_agency
from connectors.data_sets import DataSet, Derivation
from connectors.guardian_roster import GUARDIAN_ROSTER
from connectors.query_roster import QUERY_ROSTER
from connectors.settings import SettingsError
from connectors.sources.errors import SourceError
from schemas.agency_kinds import AgencyKind
from schemas.catalogue_files import CatalogueError


@dataclass(frozen=True, slots=True)
class Agency:
    """What a kind of agency holds, which data set is its register of children, and what follows from its rows."""

    kind: AgencyKind
    data_sets: tuple[DataSet, ...]
    index_data_set: DataSet
    derivations: Mapping[str, Derivation]

    def data_set(self, name: str) -> DataSet:
        """Return the data set that a mapping names; raises SourceError for one that this agency does not hold."""
        for data_set in self.data_sets:
            if data_set.name == name:
                return data_set
        raise SourceError("mapping_field_invalid", column="data_set")


def agency_of(agency_type: str) -> Agency:
    """Return the agency of a kind; what its own added files say takes the place of the package's module.

    Raises:
        SettingsError: no such kind, neither files nor a module for it, or files that are wrong.
    """
    try:
        kind = AgencyKind(agency_type)
        if (added := find_added_agency(kind)) is not None:
            data_sets = (added.register, QUERY_ROSTER, GUARDIAN_ROSTER)
            return Agency(kind, data_sets, added.register, added.derivations)
        module = import_module(f"connectors.{kind.value}")
    except CatalogueError as error:
        raise SettingsError(str(error)) from None
    except (ValueError, ImportError):
        raise SettingsError("不支持这一部门类别 / this kind of agency is not supported") from None
    data_sets = (*module.DATA_SETS, QUERY_ROSTER, GUARDIAN_ROSTER)
    return Agency(kind, data_sets, module.INDEX_DATA_SET, module.DERIVATIONS)
