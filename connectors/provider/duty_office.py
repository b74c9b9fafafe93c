"""Which duty office is to be called about a child: an office's telephone, from the settings and not from the record."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from connectors.data_sets import Derivation, Record
from schemas.regions import is_within, level_of

DUTY_OFFICE: Final = "duty_office_contact"


def duty_office_derivation(offices: Mapping[str, str], data_set: str) -> Derivation:
    """Return how the duty office of a record follows from `offices`, telephone by region.

    Of the offices that serve one of the child's counties, the one with the smallest region; None if there is none.
    """

    def derive(record: Record, _today: date) -> str | None:
        counties = record.identity.regions
        serving = [region for region in offices if any(is_within(county, region) for county in counties)]
        return offices[max(serving, key=level_of)] if serving else None

    return Derivation(DUTY_OFFICE, data_set, (), derive)
