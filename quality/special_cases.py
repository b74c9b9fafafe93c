"""Files as one hopes not to get them: no child in common, very few rows, duplicates, attributes that are not there."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from quality.holdings import prepare_holding
from quality.provinces import HeldRow
from quality.results import METHODS, Method
from quality.scoring import truth_of
from quality.trials import Trial
from schemas.identity import NO_GUARDIAN, ChildIdentity

FEW_ROWS: Final = 300
DUPLICATED_SHARE: Final = 0.03

Rows = Sequence[HeldRow]


def special_trials(
    left: Rows, right: Rows, seed: int, folder: Path, local_key: bytes, kept_model: Path | None
) -> Iterator[Trial]:
    """Yield the special cases that are made of the rows of two agencies.

    Args:
        left: of the agency that asks; in the cases without an attribute it is this file that lacks it.
        right: of the agency that is asked.
        seed: draws rows.
        folder: gets the files.
        local_key: for the hashes of all of them.
        kept_model: model of the whole files, for the few rows that are too few to fit one; None if there is none.
    """

    def trial(
        name: str, one: Rows, other: Rows, methods: tuple[Method, ...] = METHODS, kept: Path | None = None
    ) -> Trial:
        asks = prepare_holding(one, folder / name / "left", local_key)
        asked = prepare_holding(other, folder / name / "right", local_key)
        return Trial(
            group="special",
            name=name,
            data="children",
            seed=seed,
            left=asks,
            right=asked,
            truth=truth_of(asks.children, asked.children),
            folder=folder / name,
            methods=methods,
            kept_model=kept,
        )

    rng = random.Random(seed)
    yield trial("no_overlap", without_children_of(left, right), right)
    few_left, few_right = few_rows(left, right, rng)
    yield trial("few_rows", few_left, few_right)
    if kept_model is not None:
        yield trial("few_rows_kept_model", few_left, few_right, ("ours",), kept_model)
    yield trial("duplicates", with_duplicates(left, rng), right)
    for name, take_away in WITHOUT.items():
        yield trial(name, [replace(row, identity=take_away(row.identity)) for row in left], right)


def without_children_of(rows: Rows, other: Rows) -> Rows:
    """Return the rows of children of whom the other file holds no row; siblings of theirs it does hold."""
    held = {row.child for row in other}
    return [row for row in rows if row.child not in held]


def few_rows(left: Rows, right: Rows, rng: random.Random) -> tuple[Rows, Rows]:
    """Return `FEW_ROWS` rows of each file, or all; half of them are of children that the other one has too."""
    children = sorted({row.child for row in left} & {row.child for row in right})
    common = set(rng.sample(children, min(FEW_ROWS // 2, len(children))))

    def drawn(rows: Rows, not_in: Rows) -> Rows:
        others = without_children_of(rows, not_in)
        chosen = [row for row in rows if row.child in common]
        chosen += rng.sample(others, min(FEW_ROWS - len(chosen), len(others)))
        return rng.sample(chosen, len(chosen))

    return drawn(left, right), drawn(right, left)


def with_duplicates(rows: Rows, rng: random.Random) -> Rows:
    """Return the rows with a share of them a second time, in any order."""
    doubled = [*rows, *rng.sample(rows, int(len(rows) * DUPLICATED_SHARE))]
    return rng.sample(doubled, len(doubled))


def _without_number(identity: ChildIdentity) -> ChildIdentity:
    return replace(identity, citizen_id=None, repaired_ids=())


def _without_dates(identity: ChildIdentity) -> ChildIdentity:
    """Return it without any birth date; the number goes too, since it holds one."""
    return replace(_without_number(identity), birth_dates=())


def _without_date_column(identity: ChildIdentity) -> ChildIdentity:
    return replace(identity, birth_dates=())


def _without_number_and_guardian(identity: ChildIdentity) -> ChildIdentity:
    return replace(_without_number(identity), guardian=NO_GUARDIAN)


WITHOUT: Final[dict[str, Callable[[ChildIdentity], ChildIdentity]]] = {
    "no_date_column": _without_date_column,
    "no_numbers": _without_number,
    "no_numbers_no_guardians": _without_number_and_guardian,
    "no_dates": _without_dates,
}
