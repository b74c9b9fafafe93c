"""From how many days of absence a pupil is entered as a suspected dropout: a rule of each region, as data."""

from functools import cache
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from schemas.catalogue_entry import CatalogueEntry, Text, validate_entry
from schemas.catalogue_files import CatalogueError, read_catalogue
from schemas.purpose_parts import LegalBasis
from schemas.workflows.clock import Basis

WHOLE_COUNTRY: Final = "00"


class AbsenceLimit(CatalogueEntry):
    """The limit of one region and the regions in it.

    `school_days`: consecutive school days (教学日) of absence without leave from which a pupil is entered.
    `listed_by_day`: instead, the day of the month by which every pupil who was absent in it is listed.
    """

    region: Annotated[str, Field(pattern=r"^(?:00|[1-9][0-9](?:[0-9]{2}|[0-9]{4})?)$")]
    version: Annotated[int, Field(ge=1)]
    name_zh: Text
    name_en: Text
    school_days: Annotated[int | None, Field(ge=1, le=60)] = None
    listed_by_day: Annotated[int | None, Field(ge=1, le=28)] = None
    basis: Basis
    sources: tuple[LegalBasis, ...] = ()

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if (self.school_days is None) == (self.listed_by_day is None):
            raise ValueError(f"{self.region}: either a number of school days or a day of the month")
        if bool(self.sources) == (self.basis is Basis.PROPOSED):
            raise ValueError(f"{self.region}: a rule has its source, a proposal has none")
        return self

    @property
    def least_days(self) -> int:
        """From how many consecutive school days a pupil is entered; one where the region lists by the month."""
        return self.school_days or 1


@cache
def load_absence_limits() -> dict[str, AbsenceLimit]:
    """Return the limits of the package by region.

    Raises:
        CatalogueError: a file is malformed, its name is not its region, or the whole country has no limit.
    """
    files = read_catalogue("dropouts/absence_limits")
    found = {name: validate_entry(AbsenceLimit, name, content) for name, content in files}
    for name, limit in found.items():
        if limit.region != name:
            raise CatalogueError(f"{name}.yaml describes {limit.region}")
    if WHOLE_COUNTRY not in found:
        raise CatalogueError("no limit of absence for the whole country")
    return found


def limit_of(region: str) -> AbsenceLimit:
    """Return the limit that holds in a region: its own, else that of the nearest region around it."""
    limits = load_absence_limits()
    around = (region[:digits] for digits in (6, 4, 2) if len(region) >= digits)
    return next((limits[one] for one in around if one in limits), limits[WHOLE_COUNTRY])
