"""The one form of what differs by region and date: a pack of rules with its region, its days, and what it rests on."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby, pairwise
from typing import Annotated, Final, Generic, Self, TypeVar

from pydantic import Field, model_validator
from stdnum import numdb

from schemas.catalogue_entry import CatalogueEntry, Text, validate_entry
from schemas.catalogue_files import CatalogueError, read_catalogue
from schemas.purpose_parts import LegalBasis
from schemas.workflows.clock import Basis

WHOLE_COUNTRY: Final = "00"
TEST_PROVINCE: Final = "99"
"""Never issued (GB/T 2260): regions of demos and tests."""


class RulePack(CatalogueEntry):
    """What holds in a region from one day on; for what it does not say a subclass has members.

    `effective_until` is its last day; without one it holds until the region's next pack begins. `basis` says what it
    rests on, `sources` names that; a proposal has none.
    """

    region: Annotated[str, Field(pattern=r"^(?:00|[1-9][0-9](?:[0-9]{2}|[0-9]{4})?)$")]
    version: Annotated[int, Field(ge=1)]
    effective_from: date
    effective_until: date | None = None
    name_zh: Text
    name_en: Text
    basis: Basis
    sources: tuple[LegalBasis, ...] = ()

    @model_validator(mode="after")
    def _well_formed(self) -> Self:
        if self.effective_until is not None and self.effective_until < self.effective_from:
            raise ValueError("ends before it begins")
        if bool(self.sources) == (self.basis is Basis.PROPOSED):
            raise ValueError("a rule has its source, a proposal has none")
        if not _is_known(self.region):
            raise ValueError("no region of GB/T 2260")
        return self


Pack = TypeVar("Pack", bound=RulePack)


class RulePacks(Generic[Pack]):
    """All packs of one kind.

    Raises:
        CatalogueError: two of a region hold on the same day, or there is none for the whole country, or there are days
            between the country's packs on which none holds.
    """

    def __init__(self, packs: Iterable[Pack]) -> None:
        ordered = sorted(packs, key=lambda pack: (pack.region, pack.effective_from))
        self._of_region: Mapping[str, Sequence[Pack]] = {
            region: tuple(found) for region, found in groupby(ordered, key=lambda pack: pack.region)
        }
        for region, found in self._of_region.items():
            _check_days(found, is_country=region == WHOLE_COUNTRY)
        if WHOLE_COUNTRY not in self._of_region:
            raise CatalogueError("no pack for the whole country")

    def __iter__(self) -> Iterator[Pack]:
        """Yield the packs by region and day."""
        return iter([pack for found in self._of_region.values() for pack in found])

    def in_force(self, region: str | None, on: date) -> Pack | None:
        """Return the pack that holds in a region on a day: its own, else that of the nearest region around it.

        Args:
            region: a code of GB/T 2260 or longer; None where it is not known, for which the country's pack holds.
            on: the day in the office's zone.

        Returns:
            None before the country's first pack: then there is no rule to judge by.
        """
        around = [] if region is None else [region[:digits] for digits in (6, 4, 2) if len(region) >= digits]
        for scope in (*around, WHOLE_COUNTRY):
            for pack in reversed(self._of_region.get(scope, ())):
                if pack.effective_from <= on and (pack.effective_until is None or on <= pack.effective_until):
                    return pack
        return None


def load_packs(kind: str, model: type[Pack]) -> RulePacks[Pack]:
    """Return the packs in `rule_packs/<kind>/`, each in a file `<region>-<effective_from>.yaml`.

    Raises:
        CatalogueError: a pack is malformed, its file bears another name, or the packs don't fit together.
    """
    found = {name: validate_entry(model, name, content) for name, content in read_catalogue(f"rule_packs/{kind}")}
    for name, pack in found.items():
        if name != f"{pack.region}-{pack.effective_from}":
            raise CatalogueError(f"{name}.yaml: the file's name is not its region and first day")
    try:
        return RulePacks(found.values())
    except CatalogueError as error:
        raise CatalogueError(f"rule_packs/{kind}: {error}") from None


def _check_days(packs: Sequence[RulePack], *, is_country: bool) -> None:
    for earlier, later in pairwise(packs):
        last = earlier.effective_until
        if later.effective_from == earlier.effective_from or (last is not None and last >= later.effective_from):
            raise CatalogueError(f"{later.region}: two packs hold on {later.effective_from}")
        if is_country and last is not None and later.effective_from - last > timedelta(days=1):
            raise CatalogueError(f"no pack holds after {last}")
    if is_country and packs[-1].effective_until is not None:
        raise CatalogueError(f"no pack holds after {packs[-1].effective_until}")


def _is_known(region: str) -> bool:
    if region == WHOLE_COUNTRY or region.startswith(TEST_PROVINCE):
        return True
    named = [part for _, part in numdb.get("cn/loc").info(region.ljust(6, "0")) if part]
    return len(named) == 2  # the province, and what lies in it
