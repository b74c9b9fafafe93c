"""Tests of sealed papers: opened by the recipient at their own place alone, of a size that tells little."""

import os
from dataclasses import replace

import pytest
from nacl.bindings import sodium_pad

from connectors.items.papers import Paper, ReportPaper, ResultPaper
from connectors.items.sealed_papers import PADDED_BYTES, PaperTooLongError, Place, open_paper, seal_paper
from keys.crypto.errors import OpenError
from keys.crypto.sealing import opening_public_key, seal
from schemas.base64url import decode_base64url, encode_base64url
from schemas.formats import digest_of
from schemas.message import MessageError
from schemas.messages.items import MAX_SEALED_PAPER_CHARACTERS
from tests.unit.connectors.items.test_papers import PAPERS

SECRET, OTHER = bytes(range(32)), bytes(range(1, 33))
PLACE = Place("3f9a2c1b-0d2e-4c55-9b7e-1f2a3b4c5d6e", 1, "education.990101", "civil_affairs.990101")
FRAME = 1 + 32 + 24 + 16


def sealed(paper: Paper) -> str:
    return seal_paper(paper, PLACE, opening_public_key(SECRET), os.urandom).text


@pytest.mark.parametrize("paper", [paper for paper in PAPERS if paper.kind != "report"], ids=lambda paper: paper.kind)
def test_the_recipient_opens_it_with_any_of_their_keys(paper: Paper) -> None:
    assert open_paper(sealed(paper), PLACE, (OTHER, SECRET)) == paper


def test_a_reporter_is_not_sealed_to_anybody() -> None:
    opened = open_paper(sealed(PAPERS[3]), PLACE, (SECRET,))
    assert isinstance(opened, ReportPaper)
    assert opened.reporter is None


def test_a_reporter_is_not_taken_from_anybody() -> None:
    body = sodium_pad(PAPERS[3].to_bytes(), PADDED_BYTES)
    text = encode_base64url(seal(opening_public_key(SECRET), body, PLACE.binding(), os.urandom))
    with pytest.raises(MessageError, match="malformed at /reporter"):
        open_paper(text, PLACE, (SECRET,))


@pytest.mark.parametrize(
    "place",
    [
        replace(PLACE, item="3f9a2c1b-0d2e-4c55-9b7e-1f2a3b4c5d6f"),
        replace(PLACE, event=2),
        replace(PLACE, sender="education.990102"),
        replace(PLACE, recipient="civil_affairs.990102"),
    ],
    ids=["item", "event", "sender", "recipient"],
)
def test_at_another_place_it_does_not_open(place: Place) -> None:
    with pytest.raises(OpenError):
        open_paper(sealed(PAPERS[0]), place, (SECRET,))


def test_for_somebody_else_it_does_not_open() -> None:
    with pytest.raises(OpenError):
        open_paper(sealed(PAPERS[0]), PLACE, (OTHER,))
    with pytest.raises(OpenError):
        open_paper(sealed(PAPERS[0]), PLACE, ())


@pytest.mark.parametrize("body", [b"", b"{}", b"\x80" * 100, b"x" * PADDED_BYTES, b"\x00" * PADDED_BYTES])
def test_what_is_not_padded_does_not_open(body: bytes) -> None:
    text = encode_base64url(seal(opening_public_key(SECRET), body, PLACE.binding(), os.urandom))
    with pytest.raises(OpenError):
        open_paper(text, PLACE, (SECRET,))


def test_the_size_tells_blocks_alone() -> None:
    short, long = sealed(ResultPaper(note="好")), sealed(ResultPaper(note="好" * 500))
    assert len(short) == len(long) == len(encode_base64url(bytes(FRAME + PADDED_BYTES)))


def test_the_largest_paper_fits_the_message() -> None:
    assert len(encode_base64url(bytes(FRAME + 16 * 1024 + PADDED_BYTES))) <= MAX_SEALED_PAPER_CHARACTERS


def test_too_long_a_paper_is_not_sealed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.items.sealed_papers.MAX_PAPER_BYTES", 100)
    with pytest.raises(PaperTooLongError):
        sealed(PAPERS[0])


def test_text_that_is_no_paper_is_refused() -> None:
    for text in ("", "?", "AA", "A" * 60_000):
        with pytest.raises(OpenError):
            open_paper(text, PLACE, (SECRET,))


def test_the_event_names_the_sealed_bytes() -> None:
    paper = seal_paper(PAPERS[0], PLACE, opening_public_key(SECRET), os.urandom)
    assert paper.ref.to == PLACE.recipient
    assert paper.ref.content == digest_of(decode_base64url(paper.text))
    assert paper.text not in repr(paper)
