"""Who of a roster stands in a large index: ours with a standing index against openmined-psi and spu on the same sets.

Processor time of all parties is added. Ours is the arithmetic and the look-up alone, as theirs is.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench.harness import Comparison, Figure, Tell
from bench.peers import race_openmined, race_spu
from bench.peers.turns import PeerTurn, Sets, write_sets
from bench.scale import Scale
from bench.standing_index import Spent, StandingIndex
from quality.peers.environments import PeerFailedError, PeerMissingError

MILLISECONDS: Final = 1_000
_PARTS: Final = {
    "pairs": "pairs made ahead",
    "requester": "requester on line",
    "provider": "provider",
    "gateway": "gateway",
}


def run(scale: Scale, tell: Tell) -> Iterator[Comparison | Figure]:
    """Ask ours about each roster, and then every peer."""
    with tempfile.TemporaryDirectory(prefix="tongxin-bench-") as folder:
        sets = write_sets(Path(folder), scale.standing_index, scale.rosters)
        tell("ours: hashing the index")
        built = Spent()
        index = StandingIndex.build(sets, built)
        yield Figure(f"{sets.index_size:,} indexed: ours", built.total, "s CPU")
        for size, path in sets.rosters.items():
            tell(f"ours: roster of {size:,}")
            ours, spent = index.ask(size, path)
            yield from _parts(size, spent)
            yield from _figures(ours)
        for turn in _peers(sets, scale, tell):
            if isinstance(turn, Figure):
                yield turn
            else:
                # Again, right after the peer's turn: what slows one down slows the other down too.
                ours, _ = index.ask(turn.roster, sets.rosters[turn.roster])
                yield _compare(ours, turn, sets.index_size)
                yield from _figures(turn)


def _peers(sets: Sets, scale: Scale, tell: Tell) -> Iterator[PeerTurn | Figure]:
    """Yield every peer's turns; one that can't be had, or that fails, is named as missing."""
    try:
        tell("openmined-psi")
        yield from race_openmined.turns(sets, scale.setup_forms)
    except (PeerMissingError, PeerFailedError) as error:
        yield Figure("openmined-psi: missing", 1, str(error))
    try:
        tell("spu: the standing index")
        indexed = race_spu.index_turn(sets)
        yield Figure(f"{sets.index_size:,} indexed: spu unbalanced OPRF", indexed.cpu_seconds, "s CPU")
        for protocol, name in race_spu.PROTOCOLS.items():
            tell(name)
            yield from race_spu.question_turns(sets, protocol)
    except (PeerMissingError, PeerFailedError) as error:
        yield Figure("spu: missing", 1, str(error))


def _compare(ours: PeerTurn, theirs: PeerTurn, index_size: int) -> Comparison:
    return Comparison(
        name=f"roster of {ours.roster:,} against {index_size:,}: {theirs.peer}",
        unit="rows",
        peer=theirs.peer,
        ours=(ours.roster / ours.seconds,),
        theirs=(theirs.roster / theirs.seconds,),
        cpu_ratios=(theirs.cpu_seconds / ours.cpu_seconds,),
    )


def _parts(size: int, spent: Spent) -> Iterator[Figure]:
    for part, name in _PARTS.items():
        yield Figure(f"roster of {size:,}: ours: {name}", MILLISECONDS * spent.seconds[part], "ms CPU")


def _figures(turn: PeerTurn) -> Iterator[Figure]:
    yield Figure(f"roster of {turn.roster:,}: {turn.peer}", MILLISECONDS * turn.cpu_seconds, "ms CPU")
    yield Figure(f"roster of {turn.roster:,}: {turn.peer}: most memory", turn.memory_mb, "MiB")
