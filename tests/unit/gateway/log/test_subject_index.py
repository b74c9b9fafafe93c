"""Tags of the subject index: the one construction, apart by kind, year and agency."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.log.subject_index import IndexKey, handle_tag, officer_tag, subject_tag

KEY = bytes(range(32))
TEXTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)


def test_the_construction() -> None:
    message = b"tongxin/subject-index/v1\x00handle\x00AAAAAAAAAAAAAAAAAAAAAA"
    assert subject_tag(KEY, "handle", "A" * 22) == hmac.new(KEY, message, hashlib.sha256).digest()
    assert handle_tag(KEY, "A" * 22) == subject_tag(KEY, "handle", "A" * 22)


def test_a_known_tag() -> None:
    tag = officer_tag(KEY, "civil_affairs.990101", "o-7")
    assert (
        tag.hex()
        == hmac.new(KEY, b"tongxin/subject-index/v1\0officer\0civil_affairs.990101/o-7", hashlib.sha256).hexdigest()
    )


@given(TEXTS, TEXTS)
def test_kinds_and_years_do_not_meet(text: str, officer: str) -> None:
    assert subject_tag(KEY, "handle", text) != subject_tag(KEY, "officer", text)
    assert subject_tag(KEY, "handle", text) != subject_tag(bytes(32), "handle", text)
    assert officer_tag(KEY, "a.1", officer) != officer_tag(KEY, "a.12", officer)


@pytest.mark.parametrize(("key", "kind"), [(KEY, "child"), (KEY[:31], "handle"), (b"", "handle")])
def test_other_kinds_and_keys_are_refused(key: bytes, kind: str) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        subject_tag(key, kind, "x")


def test_a_key_shows_no_secret_and_makes_each_tag_once() -> None:
    key = IndexKey(2026, KEY)
    assert KEY.hex() not in repr(key)
    assert repr(KEY) not in repr(key)
    assert key.handles(["a", "b", "a"]) == (key.handle("a"), key.handle("b"))
