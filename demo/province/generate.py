"""Writes a whole synthetic province, household by household, in memory that doesn't grow with its size."""

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from demo.province.absences import AbsenceDraw
from demo.province.agencies import Agencies, Agency
from demo.province.agency_files import AgencyFiles
from demo.province.households import draw_households
from demo.province.rosters import PLANS, RosterDraw
from demo.province.truth import TruthFiles

CHILDREN_BETWEEN_REPORTS: Final = 500


@dataclass(frozen=True, slots=True)
class ProvinceSummary:
    """What was written.

    Attributes:
        records: rows of each agency's file.
        rosters: path and rows of each roster, by the roster's name.
    """

    folder: Path
    children: int
    households: int
    records: Mapping[Agency, int]
    rosters: Mapping[str, tuple[Path, int]]


def generate_province(
    folder: Path,
    children: int = 20_000,
    seed: int = 1,
    *,
    today: date,
    progress: Callable[[int], None] | None = None,
) -> ProvinceSummary:
    """Write a province of `children` children aged 0 to 17 on `today` into `folder`; older files are replaced.

    The same arguments give the same CSV files, the same tables and the same cells. Every region code begins with
    99, which was never issued; every identity number that isn't damaged on purpose has a valid check digit.

    Args:
        folder: gets a folder for each agency with its data and mapping, and `truth/`, apart from them.
        children: how many truly there are; one agency holds a quarter to three fifths of them.
        seed: seed of all that is drawn.
        today: the day on which the registers are as they are.
        progress: called now and then, and at the end, with the number of children written.

    Raises:
        ProvinceTooLargeError: more births on a day than identity numbers.
        OSError: a file can't be written.
    """
    agencies = Agencies(today)
    rosters, absences = RosterDraw(children, seed), AbsenceDraw(seed)
    households = written = 0
    with closing(AgencyFiles(folder, today)) as files, closing(TruthFiles(folder)) as truth:
        for household, rng in draw_households(seed, children, today):
            households += 1
            for child in household.children:
                records = agencies.draw_records(child, household, rng)
                for agency, record in records.items():
                    truth.append_link(agency, files.append(agency, record), child)
                truth.append_child(child, records, today)
                rosters.offer(child, records)
                absences.offer(child, records.get(Agency.EDUCATION), today)
                written += 1
                if progress is not None and written % CHILDREN_BETWEEN_REPORTS == 0:
                    progress(written)
        sizes = rosters.write(folder, today)
        absences.write(folder, today)
    if progress is not None:
        progress(written)
    return ProvinceSummary(
        folder=folder,
        children=written,
        households=households,
        records=agencies.counts,
        rosters={name: (folder / plan.path, sizes[name]) for name, plan in PLANS.items()},
    )
