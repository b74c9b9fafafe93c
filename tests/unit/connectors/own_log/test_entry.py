"""What the gateway writes, the connector reads, member by member; and it reads nothing else."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.own_log.entry import EntryError, parse_disclosure, parse_entry
from gateway.log.disclosure import disclosure_digest
from gateway.log.events import PersonalField
from gateway.log.leaf import encode_leaf
from tests.audit_log import NOW, ORIGIN, query_event, repeatable_random

EVENT_ID = "01900000-0000-7000-8000-000000000003"


def encoded(**changes: object) -> tuple[bytes, dict[str, str]]:
    leaf = encode_leaf(query_event(**changes), origin=ORIGIN, event_id=EVENT_ID, now=NOW, random=repeatable_random())
    return leaf.entry, dict(leaf.disclosures)


@given(
    st.integers(0, 2**53 - 1),
    st.sampled_from(["permit", "deny", "partial"]),
    st.lists(st.from_regex(r"[a-z][a-z_]{1,20}", fullmatch=True), max_size=4),
    st.text(min_size=1, max_size=20).filter(lambda text: text.isprintable()),
)
def test_an_entry_is_read_as_the_gateway_wrote_it(records: int, decision: str, fields: list[str], officer: str) -> None:
    event = query_event(
        records=records, decision=decision, fields=tuple(fields), personal={PersonalField.OFFICER: officer}
    )
    leaf = encode_leaf(event, origin=ORIGIN, event_id=EVENT_ID, now=NOW, random=repeatable_random())
    entry = parse_entry(leaf.entry)
    assert event.actor is not None
    assert event.policy is not None
    assert event.request is not None
    assert (entry.origin, entry.event_id, entry.type, entry.at) == (ORIGIN, EVENT_ID, event.type, NOW)
    assert (entry.actor, entry.client, entry.key_id) == (event.actor.org, event.actor.client, event.actor.kid)
    assert (entry.peer, entry.purpose, entry.policy) == (event.peer, event.purpose, event.policy.digest)
    assert (entry.decision, entry.reason, entry.fields, entry.records) == (decision, None, tuple(fields), records)
    assert (entry.envelope, entry.signature) == (event.request.digest, event.request.signature_digest)
    assert (entry.correlation, entry.ref, entry.content) == (event.correlation_id, None, None)
    (disclosure,) = leaf.disclosures.values()
    read = parse_disclosure(disclosure)
    assert (read.name, read.value, read.digest) == ("officer", officer, disclosure_digest(disclosure))
    assert read.digest in entry.personal


def test_a_disclosed_value_does_not_show() -> None:
    _, disclosures = encoded()
    assert "o-1" not in repr(parse_disclosure(disclosures["officer"]))


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"more": 1},
        {"records": 1.5},
        {"records": True},
        {"time": "2026-11-21"},
        {"fields": [1]},
        {"type": None},
        {"req": {"digest": "abc", "sig": "abc"}},
        {"policy": {"id": "p"}},
    ],
)
def test_what_is_no_entry_is_refused(change: dict[str, object]) -> None:
    data, _ = encoded()
    members = {**json.loads(data), **change}
    with pytest.raises(EntryError):
        parse_entry(json.dumps(members, sort_keys=True, separators=(",", ":")).encode())


@pytest.mark.parametrize("spoil", [lambda data: b" " + data, lambda data: data[:-1], lambda data: b"[]", lambda _: b""])
def test_another_form_is_refused(spoil: object) -> None:
    data, _ = encoded()
    with pytest.raises(EntryError):
        parse_entry(spoil(data))  # type: ignore[operator]


@pytest.mark.parametrize("text", ["", "!", "W10", "bnVsbA", "WyJzYWx0IiwibmFtZSJd", "WzEsMiwzXQ"])
def test_what_is_no_disclosure_is_refused(text: str) -> None:
    with pytest.raises(EntryError):
        parse_disclosure(text)
