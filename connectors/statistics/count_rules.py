"""Who is counted in a published table, and in which of its columns: one rule a table of the catalogue."""

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from connectors import civil_affairs, disabled_federation
from connectors.data_sets import Record
from schemas.child_categories import CategoryGroup
from schemas.codes import HouseholdStatus, StudentStatus
from schemas.identity import age_in_years

CountRule = Callable[[Record, date], str | None]
"""Takes a record and the day of counting; returns the column, or None where the child is not counted."""


def _difficulty(record: Record, today: date) -> str | None:
    group = civil_affairs.DERIVATIONS["category_group"].derive(record, today)
    return group.value if isinstance(group, CategoryGroup) and group is not CategoryGroup.NONE else None


def _dropout(record: Record, today: date) -> str | None:
    is_counted = record.values.get("status") is StudentStatus.DROPPED_OUT
    return _age_band(record, today, "dropouts") if is_counted else None


def _unregistered(record: Record, today: date) -> str | None:
    is_counted = record.values.get("status") is HouseholdStatus.UNREGISTERED
    return _age_band(record, today, "unregistered_children") if is_counted else None


def _disabled(record: Record, today: date) -> str | None:
    is_counted = disabled_federation.DERIVATIONS["disability_cert_valid"].derive(record, today)
    return _age_band(record, today, "disabled_children") if is_counted else None


_BANDS: Final[Mapping[str, tuple[tuple[int, int], ...]]] = MappingProxyType(
    {
        "dropouts": ((6, 11), (12, 13), (14, 15), (16, 17)),
        "unregistered_children": ((0, 2), (3, 5), (6, 11), (12, 17)),
        "disabled_children": ((0, 5), (6, 11), (12, 17)),
    }
)


def _age_band(record: Record, today: date, table: str) -> str | None:
    """Return the band of the child's age; the number's birth date counts before the declared one."""
    identity = record.identity
    born = [identity.citizen_id.birth_on] if identity.citizen_id is not None else list(identity.birth_dates)
    if not born:
        return None
    age = age_in_years(born[0], today)
    return next((f"{first}-{last}" for first, last in _BANDS[table] if first <= age <= last), None)


COUNT_RULES: Final[Mapping[str, CountRule]] = MappingProxyType(
    {
        "children_in_difficulty": _difficulty,
        "dropouts": _dropout,
        "unregistered_children": _unregistered,
        "disabled_children": _disabled,
    }
)
