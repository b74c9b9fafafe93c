"""The first entry of a year leads back to what was seen of the year before."""

import os
from dataclasses import replace

import pytest

from connectors.own_log.seen_checkpoints import SeenCheckpoint
from connectors.own_log.turn import find_break
from keys.crypto.checkpoint import Checkpoint, format_checkpoint
from keys.crypto.note import NoteSigner, parse_note, sign_note
from schemas.formats import digest_of
from tests.unit.connectors.own_log.test_compare import INTENT

SIGNER = NoteSigner("gateway.990100/audit/2026", os.urandom(32))


def seen(size: int, root: bytes = b"\x01") -> SeenCheckpoint:
    text = format_checkpoint(Checkpoint("gateway.990100/audit/2026", size, root * 32))
    return SeenCheckpoint(size, sign_note(text, SIGNER).decode(), 0)


CLAIMED = seen(100)
START = replace(INTENT, type="log.start", records=100, content=digest_of(parse_note(CLAIMED.note.encode()).text))


@pytest.mark.parametrize(
    ("known", "sealed"),
    [([], None), ([CLAIMED], None), ([seen(60), CLAIMED], None), ([seen(60)], None), ([CLAIMED, seen(103)], 103)],
    ids=["nothing", "the last one", "it and one before", "one before", "and the seal"],
)
def test_what_was_seen_is_continued(known: list[SeenCheckpoint], sealed: int | None) -> None:
    assert find_break(START, known, sealed) is None


@pytest.mark.parametrize(
    ("known", "sealed", "broken"),
    [
        ([seen(60), seen(100, b"\x02")], None, 1),
        ([CLAIMED, seen(103)], None, 1),
        ([CLAIMED, seen(102), seen(103)], 103, 1),
    ],
    ids=["another tree of the size", "a larger one without a seal", "a larger one before the seal"],
)
def test_another_year_before_is_a_break(known: list[SeenCheckpoint], sealed: int | None, broken: int) -> None:
    assert find_break(START, known, sealed) is known[broken]


def test_a_year_that_was_signed_with_its_seal_only_is_continued_without_saying_so() -> None:
    unsigned = replace(START, content=None, records=None)
    assert find_break(unsigned, [seen(103)], 103) is None
    assert find_break(unsigned, [seen(100), seen(103)], 103) is not None


@pytest.mark.parametrize("change", [{"content": None}, {"records": None}, {"type": "match.query"}])
def test_a_year_that_begins_without_saying_what_it_continues_is_a_break(change: dict[str, object]) -> None:
    assert find_break(replace(START, **change), [CLAIMED], None) is CLAIMED  # type: ignore[arg-type]
