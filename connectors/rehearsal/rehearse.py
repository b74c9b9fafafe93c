"""A whole rehearsal: read both files, link them, report."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from connectors.rehearsal.hash_records import RUN_KEY_BYTES, HashedFile
from connectors.rehearsal.link_files import Linked, link_tables
from connectors.rehearsal.read_files import FileToRead, TellOfBoth, read_both
from connectors.rehearsal.report import RehearsalReport
from connectors.sources.identities import ReadingRules
from schemas.key_set import KeySet
from schemas.randomness import RandomSource


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Two files that were linked: `a` asks, `b` is the index."""

    a: HashedFile = field(repr=False)
    b: HashedFile = field(repr=False)
    linked: Linked
    report: RehearsalReport


def rehearse(
    a: Path,
    b: Path,
    key_set: KeySet,
    rules: ReadingRules,
    *,
    links: Sequence[tuple[str, str]] | None,
    random: RandomSource,
    tell: TellOfBoth,
) -> Rehearsal:
    """Link the files of two mappings as the gateway would.

    Args:
        a: mapping file of the data of whoever asks.
        b: mapping file of the data that is asked, which becomes the index.
        key_set: by which they are compared.
        rules: how both are read.
        links: pairs of locators that are known to be right, for measuring; or None.
        random: draws the key of this run.
        tell: is told how far reading has come.

    Raises:
        FileReadError: a file can't be read.
        LinksError: a known link names a row that the data doesn't have.
    """
    run_key = random(RUN_KEY_BYTES)

    def wanted(path: Path, place: int) -> FileToRead:
        return FileToRead(path, run_key, rules, place == 1, frozenset(link[place] for link in links or ()))

    hashed_a, hashed_b = read_both(wanted(a, 0), wanted(b, 1), tell)
    linked = link_tables(hashed_a.table, hashed_b.table, key_set)
    return Rehearsal(hashed_a, hashed_b, linked, RehearsalReport.of(hashed_a, hashed_b, linked, key_set, links))
