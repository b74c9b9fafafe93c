"""Checkpoints: the published one, round trips, and everything that is not in its one form."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.crypto.checkpoint import MAX_CHECKPOINT_BYTES, Checkpoint, format_checkpoint, parse_checkpoint
from keys.crypto.errors import NoteError

ROOT = "8mpwd7j8VmPZGTRJLVHPc2NGVfys8JzL1IpbNMVCDZY="
MALFORMED = {
    "empty": "",
    "no last newline": f"log.example\n3\n{ROOT}",
    "leading zero": f"log.example\n03\n{ROOT}\n",
    "sign": f"log.example\n+3\n{ROOT}\n",
    "negative": f"log.example\n-1\n{ROOT}\n",
    "digits of another script": f"log.example\n٣\n{ROOT}\n",
    "too large": f"log.example\n{2**63}\n{ROOT}\n",
    "twenty digits": f"log.example\n{10**19}\n{ROOT}\n",
    "no origin": f"\n3\n{ROOT}\n",
    "space in the origin": f"log example\n3\n{ROOT}\n",
    "ideographic space in the origin": f"log\u3000example\n3\n{ROOT}\n",
    "plus in the origin": f"log+example\n3\n{ROOT}\n",
    "control character in the origin": f"log\x01example\n3\n{ROOT}\n",
    "origin too long": f"{'a' * 256}\n3\n{ROOT}\n",
    "short root": f"log.example\n3\n{ROOT[4:]}\n",
    "no padding": f"log.example\n3\n{ROOT[:-1]}\n",
    "padding bits set": f"log.example\n3\n{ROOT[:-2]}Z=\n",
    "url alphabet": f"log.example\n3\n{ROOT.replace('8', '-')}\n",
    "extension line": f"log.example\n3\n{ROOT}\nextension\n",
    "carriage return": f"log.example\r\n3\n{ROOT}\n",
    "blank before": f"\nlog.example\n3\n{ROOT}\n",
}

checkpoints = st.builds(
    Checkpoint,
    st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters="+"), min_size=1, max_size=100),
    st.integers(0, 2**63 - 1),
    st.binary(min_size=32, max_size=32),
)


def test_published_checkpoint(load_vectors: Callable[[str], Any]) -> None:
    vectors = load_vectors("audit-log-checkpoint.json")
    text = vectors["note"].split("\n\n")[0].encode() + b"\n"
    expected = Checkpoint("gateway.example/audit/2026", 3, bytes.fromhex(vectors["roots"][2]))
    assert hashlib.sha256(text).hexdigest() == vectors["text_sha256"]
    assert parse_checkpoint(text) == expected
    assert format_checkpoint(expected) == text


@given(checkpoints)
def test_what_is_formatted_parses(checkpoint: Checkpoint) -> None:
    assert parse_checkpoint(format_checkpoint(checkpoint)) == checkpoint


@pytest.mark.parametrize("text", MALFORMED.values(), ids=MALFORMED.keys())
def test_other_forms_are_refused(text: str) -> None:
    with pytest.raises(NoteError):
        parse_checkpoint(text.encode())


@given(checkpoints, st.data())
def test_what_parses_is_in_its_one_form(checkpoint: Checkpoint, data: st.DataObject) -> None:
    text = bytearray(format_checkpoint(checkpoint))
    text[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.integers(0, 255))
    try:
        parsed = parse_checkpoint(bytes(text))
    except NoteError:
        return
    assert format_checkpoint(parsed) == text


def test_size_is_limited_before_anything_is_read() -> None:
    with pytest.raises(NoteError, match="at most"):
        parse_checkpoint(b"\xff" * (MAX_CHECKPOINT_BYTES + 1))
    with pytest.raises(NoteError, match="UTF-8"):
        parse_checkpoint(b"\xff")


def test_parts_out_of_range_are_refused() -> None:
    for origin, size, root in (("a", -1, bytes(32)), ("a", 2**63, bytes(32)), ("a", 1, bytes(31)), ("", 1, bytes(32))):
        with pytest.raises(NoteError):
            Checkpoint(origin, size, root)
