"""The sets of one race, and what a peer's turn with them took."""

import csv
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SEED: Final = 20_260_901
_NUMBERS: Final = 10**16


@dataclass(frozen=True, slots=True)
class Sets:
    """An index and rosters, half of each of which stands in the index, in files with one column `id`."""

    index: Path
    index_size: int
    rosters: dict[int, Path]

    @property
    def folder(self) -> Path:
        """Where the files lie, and where a peer may write."""
        return self.index.parent


@dataclass(frozen=True, slots=True)
class PeerTurn:
    """One question about a roster.

    Attributes:
        peer: who answered it, as the report names it.
        roster: its number of rows.
        cpu_seconds: of all parties' processes, added.
        seconds: from its beginning to its end.
        memory_mb: the most that all parties' processes had resident, added.
        found: the size of the intersection.
    """

    peer: str
    roster: int
    cpu_seconds: float
    seconds: float
    memory_mb: float
    found: int


class WrongIntersectionError(Exception):
    """A contender found another number than there is; its name and the roster's size are in the message."""


def require_right(turn: PeerTurn) -> PeerTurn:
    """Return the turn if it found what there is; raises WrongIntersectionError."""
    if turn.found != turn.roster // 2:
        raise WrongIntersectionError(f"{turn.peer}, roster of {turn.roster}")
    return turn


def write_sets(folder: Path, index_size: int, rosters: Sequence[int]) -> Sets:
    """Write made-up identifiers of regions never issued."""
    drawn = random.Random(SEED).sample(range(_NUMBERS), index_size + max(rosters))
    identifiers = [f"99{number:016d}" for number in drawn]
    held, strangers = identifiers[:index_size], identifiers[index_size:]
    paths = {}
    for size in rosters:
        asked = held[: size // 2] + strangers[: size - size // 2]
        paths[size] = _write(folder / f"roster_{size}.csv", random.Random(SEED).sample(asked, len(asked)))
    return Sets(_write(folder / "index.csv", held), index_size, paths)


def read_identifiers(path: Path) -> list[str]:
    """Return the identifiers of a file."""
    with path.open(encoding="ascii", newline="") as file:
        return [row[0] for row in csv.reader(file)][1:]


def _write(path: Path, identifiers: Sequence[str]) -> Path:
    path.write_text("\n".join(["id", *identifiers, ""]), encoding="ascii")
    return path
