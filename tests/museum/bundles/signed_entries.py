"""A small log that its owner signed although one entry is none; and disclosures that are none of their entry."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace

from gateway.log.bundle_format import format_disclosure_line
from gateway.log.disclosure import disclosure_digest, make_disclosure
from gateway.log.events import PersonalField
from gateway.log.leaf import encode_leaf, format_leaf, parse_leaf
from tests.audit_log import NOW, ORIGIN, query_event, repeatable_random

PLACE = 2
"""The index of the entry in question; two stand before it and two behind."""

_LEAVES = [
    encode_leaf(
        query_event(),
        origin=ORIGIN,
        event_id=f"019aa62e-4800-7000-8000-00000000000{n}",
        now=NOW,
        random=repeatable_random(f"leaf {n}"),
    )
    for n in range(5)
]
GOOD = [leaf.entry for leaf in _LEAVES]
KEPT = {n: [leaf.disclosures[name] for name in sorted(leaf.disclosures)] for n, leaf in enumerate(_LEAVES)}


def with_entry(entry: bytes) -> list[bytes]:
    """Return the entries of the small log with another one at `PLACE`."""
    return [*GOOD[:PLACE], entry, *GOOD[PLACE + 1 :]]


def _members(change: Callable[[dict[str, object]], object]) -> bytes:
    members = json.loads(GOOD[PLACE])
    change(members)
    return json.dumps(members, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _reversed_digests(members: dict[str, object]) -> None:
    digests = members["_sd"]
    assert isinstance(digests, list)
    members["_sd"] = digests[::-1]


BAD_ENTRIES: dict[str, bytes] = {
    "an entry of another log": format_leaf(replace(parse_leaf(GOOD[PLACE]), origin="gateway.example/audit/2027")),
    "an entry that is no JSON": b"entry",
    "an empty entry": b"",
    "an entry laid out for reading": json.dumps(json.loads(GOOD[PLACE]), sort_keys=True, indent=1).encode(),
    "an entry with its members in another order": json.dumps(
        dict(reversed(json.loads(GOOD[PLACE]).items())), ensure_ascii=False, separators=(",", ":")
    ).encode(),
    "an entry that states a member twice": GOOD[PLACE].replace(b'"decision":', b'"decision":"deny","decision":'),
    "an entry with an unknown member": _members(lambda members: members.update(approved_by="court")),
    "an entry of an unknown type": _members(lambda members: members.update(type="match.forget")),
    "an entry of another version": _members(lambda members: members.update(v=2)),
    "an entry with a fraction": GOOD[PLACE].replace(b'"records":20', b'"records":20.0'),
    "an entry with a count as text": GOOD[PLACE].replace(b'"records":20', b'"records":"20"'),
    "an entry with an escape": GOOD[PLACE].replace(b'"permit"', b'"\\u0070ermit"'),
    "an entry with a byte order mark": b"\xef\xbb\xbf" + GOOD[PLACE],
    "an entry without a nonce": _members(lambda members: members.pop("n")),
    "an entry with an empty member": _members(lambda members: members.update(peer=None)),
    "an entry of another day": _members(lambda members: members.update(time="2026-11-21T12:00:00Z")),
    "an entry with a sentence for a code": _members(lambda members: members.update(purpose="to find him")),
    "an entry that states what its type does not": _members(lambda members: members.update(approvals=["x"])),
    "an entry with digests out of order": _members(_reversed_digests),
    "an entry with another kind of digest": _members(lambda members: members.update(_sd_alg="md5")),
}


def _line(disclosure: str, index: int = PLACE) -> bytes:
    return format_disclosure_line(index, disclosure)


def _remade(name: PersonalField, value: str) -> str:
    return make_disclosure(name, value, repeatable_random("other"))


_FIRST, _SECOND = KEPT[PLACE]

BAD_DISCLOSURES: dict[str, Sequence[bytes]] = {
    "a disclosure under another salt": [_line(_remade(PersonalField.CASE_REF, "c-9"))],
    "a disclosure of another value": [_line(_remade(PersonalField.OFFICER, "o-2"))],
    "a disclosure of another entry": [_line(KEPT[PLACE + 1][0])],
    "a disclosure under another index": [_line(_FIRST, PLACE + 1)],
    "a disclosure of no entry": [_line(_FIRST, 99)],
    "a disclosure under no number": [_line(_FIRST).replace(b'"index":2', b'"index":"2"')],
    "a disclosure that stands twice": [_line(_FIRST), _line(_FIRST)],
    "disclosures in another order": [_line(_SECOND), _line(_FIRST)],
    "a disclosure with a note": [_line(_FIRST).replace(b"}", b',"note":"x"}')],
    "a disclosure laid out for reading": [_line(_FIRST).replace(b":", b": ")],
    "a disclosure without a newline": [_line(_FIRST)[:-1]],
    "a disclosure that is no JSON": [b"officer\n"],
    "a disclosure that is no disclosure": [_line("officer")],
    "an empty line among disclosures": [_line(_FIRST), b"\n", _line(_SECOND)],
    "an empty file of disclosures": [],
}

_UNDECLARED = _remade(PersonalField.RESULT, "match")
UNDECLARED_LINE = _line(_UNDECLARED)


def entry_with_undeclared_digest() -> bytes:
    """Return an entry that holds the digest of a field which its type does not declare."""
    leaf = parse_leaf(GOOD[PLACE])
    return format_leaf(replace(leaf, digests=tuple(sorted([*leaf.digests[1:], disclosure_digest(_UNDECLARED)]))))
