import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from gateway.log.disclosure import disclosure_digest, parse_disclosure
from gateway.log.event_catalogue import DECLARATIONS
from gateway.log.events import Actor, Event, EventType, PersonalField, PolicyRef
from gateway.log.leaf import MAX_ENTRY_BYTES, Leaf, LeafError, encode_leaf, format_leaf, parse_leaf
from keys.crypto.merkle import leaf_hash
from schemas.base64url import encode_base64url
from tests.audit_log import NOW, ORIGIN, query_event, repeatable_random

EVENT_ID = "01900000-0000-7000-8000-000000000000"

# Entry 0 of the published vectors; its leaf hash is the root of the tree of one.
ENTRY_0 = (
    b'{"_sd":["abC19J-34eCda_mtlu3hZE7-6rFenE-c1Y8RKQeN0Qw","xIoyzgvwbT7PpkU1mThDxuBNpA7UqIUvAREcZuG1BnA"],'
    b'"_sd_alg":"sha-256","actor":{"client":"agency-a/benefits","org":"agency-a"},"decision":"permit",'
    b'"fields":["address"],"id":"01900000-0000-7000-8000-000000000000","log":"gateway.example/audit/2026",'
    b'"n":"oKCgoKCgoKCgoKCgoKCgoA","peer":{"org":"agency-b"},'
    b'"policy":{"digest":"sha-256=:gjQS0erLZ5ViIOUylZ8BBGAwV8iHBIY8o4580Yj9qBI=:","id":"p-17"},'
    b'"purpose":"benefit-eligibility","time":"2026-11-21T12:00:00.000Z","type":"match.query","v":1}'
)
LEAF_0 = Leaf(
    origin=ORIGIN,
    event_id=EVENT_ID,
    at=NOW,
    event=Event(
        type=EventType.MATCH_QUERY,
        actor=Actor("agency-a", "agency-a/benefits"),
        peer="agency-b",
        purpose="benefit-eligibility",
        policy=PolicyRef("p-17", "gjQS0erLZ5ViIOUylZ8BBGAwV8iHBIY8o4580Yj9qBI"),
        decision="permit",
        fields=("address",),
    ),
    nonce=b"\xa0" * 16,
    digests=(
        "abC19J-34eCda_mtlu3hZE7-6rFenE-c1Y8RKQeN0Qw",
        "xIoyzgvwbT7PpkU1mThDxuBNpA7UqIUvAREcZuG1BnA",
    ),
)


def _encode(event: Event, random: str = "") -> tuple[bytes, dict[str, str]]:
    leaf = encode_leaf(event, origin=ORIGIN, event_id=EVENT_ID, now=NOW, random=repeatable_random(random))
    return leaf.entry, dict(leaf.disclosures)


def test_published_entry_is_made_from_its_parts() -> None:
    assert format_leaf(LEAF_0) == ENTRY_0
    assert len(ENTRY_0) == 534
    assert leaf_hash(ENTRY_0).hex() == "828b15c8b5af3d7050501428f0399b02b7a69b5b5de62eec0dfa0fa560aef7f7"


_CODES = st.from_regex(r"[A-Za-z_-][A-Za-z_.:/@+=-]{0,40}", fullmatch=True)
_DIGESTS = st.binary(min_size=32, max_size=32).map(encode_base64url)
_EVENTS = st.builds(
    query_event,
    actor=st.builds(Actor, _CODES, st.none() | _CODES, st.none() | _CODES),
    peer=st.none() | _CODES,
    purpose=st.none() | _CODES,
    basis=st.none() | _CODES,
    policy=st.none() | st.builds(PolicyRef, _CODES, _DIGESTS),
    decision=st.none() | st.sampled_from(["permit", "deny", "partial"]),
    fields=st.lists(_CODES, max_size=5).map(tuple),
    records=st.none() | st.integers(0, 2**53 - 1),
    correlation_id=st.none() | _CODES,
    personal=st.dictionaries(
        st.sampled_from([PersonalField.OFFICER, PersonalField.IP]), st.text('人\n"a😀', min_size=1)
    ),
)


@given(event=_EVENTS, origin=st.text(st.characters(exclude_categories=["Cs"])))
def test_an_entry_is_in_the_form_of_rfc_8785(event: Event, origin: str) -> None:
    """By a library that knows all of the standard; whatever text the origin is, all escapes among them."""
    entry = encode_leaf(event, origin=origin, event_id=EVENT_ID, now=NOW, random=repeatable_random()).entry
    assert rfc8785.dumps(json.loads(entry)) == entry


def _names(value: object) -> list[str]:
    if isinstance(value, dict):
        return [*value, *(name for member in value.values() for name in _names(member))]
    return [name for member in value for name in _names(member)] if isinstance(value, list) else []


@given(event=_EVENTS)
def test_members_have_names_whose_order_is_the_same_in_every_encoding(event: Event) -> None:
    entry, _ = _encode(event)
    assert all(name.isascii() for name in _names(json.loads(entry)))


def test_published_entry_is_read() -> None:
    assert parse_leaf(ENTRY_0) == LEAF_0


@pytest.mark.parametrize("event_type", EventType)
def test_number_of_digests_tells_nothing(event_type: EventType) -> None:
    personal = DECLARATIONS[event_type].personal
    for given_fields in (frozenset(), personal):
        entry, disclosures = _encode(Event(type=event_type, personal=dict.fromkeys(given_fields, "x")))
        digests = json.loads(entry).get("_sd", [])
        assert len(digests) == len(personal)
        assert digests == sorted(digests)
        assert {disclosure_digest(text) for text in disclosures.values()} <= set(digests)
        assert set(disclosures) == set(given_fields)


def test_personal_values_stand_in_disclosures_only() -> None:
    entry, disclosures = _encode(query_event(personal={PersonalField.OFFICER: "canary-5511"}))
    assert b"canary-5511" not in entry
    assert parse_disclosure(disclosures["officer"]).value == "canary-5511"
    encoded = encode_leaf(
        query_event(personal={PersonalField.OFFICER: "canary-5511"}),
        origin=ORIGIN,
        event_id=EVENT_ID,
        now=NOW,
        random=repeatable_random(),
    )
    assert "canary" not in repr(encoded)
    assert "disclosures" not in repr(encoded)


def test_same_event_twice_gives_other_leaves() -> None:
    """Else whoever sees the tiles could guess what a leaf says."""
    event = query_event(personal={})
    first, _ = _encode(event, "first")
    second, _ = _encode(event, "second")
    assert json.loads(first)["n"] != json.loads(second)["n"]
    assert not set(json.loads(first)["_sd"]) & set(json.loads(second)["_sd"])


def test_every_member_comes_back() -> None:
    event = query_event(
        type=EventType.REFUSAL, decision="deny", reason="agreement_expired", basis="GDS-22", ref=EVENT_ID, personal={}
    )
    entry, _ = _encode(event)
    leaf = parse_leaf(entry)
    assert (leaf.event, leaf.event_id, leaf.at, leaf.origin) == (event, EVENT_ID, NOW, ORIGIN)


def test_approvals_come_back() -> None:
    event = Event(type=EventType.KEY_CHANGE, approvals=(encode_base64url(bytes(32)), encode_base64url(b"\xff" * 32)))
    assert parse_leaf(_encode(event)[0]).event == event


def test_time_is_utc_cut_to_milliseconds() -> None:
    at = datetime(2026, 11, 21, 20, 0, 0, 1_999, tzinfo=timezone(timedelta(hours=8)))
    leaf = encode_leaf(query_event(), origin=ORIGIN, event_id=EVENT_ID, now=at, random=repeatable_random())
    assert parse_leaf(leaf.entry).at == datetime(2026, 11, 21, 12, 0, 0, 1_000, tzinfo=UTC)


def test_entry_that_no_bundle_could_hold_is_refused() -> None:
    with pytest.raises(LeafError, match="too large"):
        _encode(_large())
    with pytest.raises(LeafError, match="too large"):
        parse_leaf(b" " * (MAX_ENTRY_BYTES + 1))


def _large() -> Event:
    return query_event(fields=tuple(f"a{'b' * 190}{number}" for number in range(400)))


def test_lone_surrogate_is_refused_without_quoting() -> None:
    with pytest.raises(LeafError) as error:
        _encode(query_event(personal={PersonalField.OFFICER: "canary\ud800"}))
    assert "canary" not in str(error.value)
    assert error.value.__cause__ is None


def _changed(**changes: object) -> bytes:
    members = json.loads(ENTRY_0) | changes
    return rfc8785.dumps({name: value for name, value in members.items() if value is not None})


@pytest.mark.parametrize(
    "entry",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b"[" * 60_000,
        ENTRY_0 + b"\n",
        b" " + ENTRY_0,
        ENTRY_0.replace(b'"v":1', b'"v":1,"v":1'),
        ENTRY_0.replace(b'"v":1', b'"v":1.0'),
        ENTRY_0.replace(b"agency-b", b"\\u0061gency-b"),
        ENTRY_0.replace(b"agency-b", b"agency-\xff"),
        ENTRY_0.replace(b'"log"', b'"lob"'),
        _changed(v=2),
        _changed(v=True),
        _changed(type="match.unknown"),
        _changed(surprise="x"),
        _changed(reason="not declared for a query"),
        _changed(decision="maybe"),
        _changed(purpose="a sentence, not a code"),
        _changed(fields=[]),
        _changed(fields="address"),
        _changed(fields=[1]),
        _changed(records=-1),
        _changed(records=True),
        _changed(actor={"org": "agency-a", "name": "x"}),
        _changed(actor={}),
        _changed(actor="agency-a"),
        _changed(peer={"org": "agency-b", "name": "x"}),
        _changed(peer={}),
        _changed(policy={"id": "p-17", "digest": "sha-256=:AAAA:"}),
        _changed(policy={"id": "p-17", "digest": "sha-512=:gjQS0erLZ5ViIOUylZ8BBGAwV8iHBIY8o4580Yj9qBI=:"}),
        _changed(n=None),
        _changed(n="oKCgoKCgoKCgoKCgoKCgoB"),
        _changed(n="oKCg"),
        _changed(id="01900000-0000-4000-8000-000000000000"),
        _changed(id=7),
        _changed(log=None),
        _changed(time="2026-11-21T12:00:00Z"),
        _changed(time="2026-11-31T12:00:00.000Z"),
        _changed(_sd=[]),
        _changed(_sd=list(LEAF_0.digests[::-1])),
        _changed(_sd=[LEAF_0.digests[0]] * 2),
        _changed(_sd=["x"]),
        _changed(_sd="abc"),
        _changed(_sd_alg="sha-512"),
        _changed(_sd_alg=None),
        _changed(_sd=None),
    ],
)
def test_what_is_no_leaf_is_refused(entry: bytes) -> None:
    with pytest.raises(LeafError):
        parse_leaf(entry)


@given(place=st.integers(0, len(ENTRY_0) - 1), byte=st.integers(0, 255))
def test_a_changed_byte_is_refused_or_states_something_else(place: int, byte: int) -> None:
    changed = ENTRY_0[:place] + bytes([byte]) + ENTRY_0[place + 1 :]
    try:
        leaf = parse_leaf(changed)
    except LeafError:
        return
    assert (leaf == LEAF_0) == (changed == ENTRY_0)


@given(
    personal=st.dictionaries(
        st.sampled_from(sorted(DECLARATIONS[EventType.MATCH_QUERY].personal)),
        st.text(st.characters(codec="utf-8"), min_size=1, max_size=50),
    ),
    records=st.integers(0, 2**53 - 1),
)
def test_round_trip(personal: dict[PersonalField, str], records: int) -> None:
    entry, disclosures = _encode(query_event(personal=personal, records=records))
    leaf = parse_leaf(entry)
    assert leaf.event == query_event(personal={}, records=records)
    assert {name: parse_disclosure(text).value for name, text in disclosures.items()} == personal
    assert all(disclosure_digest(text) in leaf.digests for text in disclosures.values())
