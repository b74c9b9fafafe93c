"""Pairs of files that every method gets: agency with agency, all pairs of a province."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Final, Literal

from demo.province import Agency
from quality.holdings import Holding
from quality.results import METHODS, Group, Method
from quality.scoring import Truth, truth_of

Data = Literal["children", "febrl"]

AGENCIES: Final = (
    Agency.CIVIL_AFFAIRS,
    Agency.EDUCATION,
    Agency.PUBLIC_SECURITY,
    Agency.DISABLED_FEDERATION,
)
PAIRS: Final = tuple(combinations(AGENCIES, 2))
LARGE_PAIRS: Final = tuple(combinations(AGENCIES[:3], 2))


@dataclass(frozen=True, slots=True)
class Trial:
    """Two files to be linked.

    Attributes:
        group: which table of the page it belongs to; `name` what it is in it.
        data: which columns the files have.
        left: the file that asks.
        right: the file that is asked.
        folder: gets what the methods write.
        methods: which ones take part.
        key_set: file of another key set than G.
        kept_model: file of a model that a larger run of the same agencies left; ours may use it.
        keeps_model: file that gets the model fitted here.
    """

    group: Group
    name: str
    data: Data
    seed: int | None
    left: Holding
    right: Holding
    truth: Truth
    folder: Path
    methods: tuple[Method, ...] = METHODS
    key_set: Path | None = None
    kept_model: Path | None = None
    keeps_model: Path | None = None


def name_of(pair: tuple[Agency, Agency]) -> str:
    """Return what a pair of agencies is called in results."""
    return "/".join(agency.value for agency in pair)


def agency_trials(
    group: Group,
    holdings: Mapping[Agency, Holding],
    pairs: Sequence[tuple[Agency, Agency]],
    seed: int,
    folder: Path,
    methods: tuple[Method, ...] = METHODS,
) -> Iterator[Trial]:
    """Yield a trial for each pair of agencies; the first one of a pair asks."""
    for pair in pairs:
        left, right = (holdings[agency] for agency in pair)
        own = folder / "-".join(agency.value for agency in pair)
        yield Trial(
            group=group,
            name=name_of(pair),
            data="children",
            seed=seed,
            left=left,
            right=right,
            truth=truth_of(left.children, right.children),
            folder=own,
            methods=methods,
            keeps_model=own / "model.json",
        )
