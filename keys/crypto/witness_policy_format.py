"""The text of a witness policy (C2SP tlog-policy): strict, and written in one form."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from keys.crypto.errors import NoteError
from keys.crypto.note_key import VerifierKey
from keys.crypto.witness_policy import MAX_KEYS, PolicyGroup, PolicyWitness, WitnessPolicy

MAX_POLICY_BYTES = 128 * 2**10

_FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_BLANK = re.compile(r"[ \t]+")
_NUMBER = re.compile(r"[1-9][0-9]{0,3}")


@dataclass
class _Draft:
    logs: list[VerifierKey] = field(default_factory=list)
    witnesses: list[PolicyWitness] = field(default_factory=list)
    groups: list[PolicyGroup] = field(default_factory=list)
    quorum: str | None = None
    known: set[str] = field(default_factory=set)


def parse_policy(data: bytes) -> WitnessPolicy:
    """Read a policy of at most 128 KiB. URLs of logs are passed over; comments and empty lines are too.

    Raises:
        NoteError: too large, malformed, a name before its definition, a key that stands twice, or no quorum.
    """
    if len(data) > MAX_POLICY_BYTES:
        raise NoteError(f"a policy has at most {MAX_POLICY_BYTES} bytes, not {len(data)}")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise NoteError("the policy is not UTF-8") from None
    if _FORBIDDEN.search(text) or not text.endswith("\n"):
        raise NoteError("a policy ends in a newline and has no other control character than tabs")
    draft = _Draft()
    for line in text[:-1].split("\n"):
        items = [item for item in _BLANK.split(line) if item]
        if items and not items[0].startswith("#"):
            _read_line(draft, items)
    if draft.quorum is None:
        raise NoteError("a policy has one quorum line")
    return WitnessPolicy(tuple(draft.logs), tuple(draft.witnesses), tuple(draft.groups), draft.quorum)


def format_policy(policy: WitnessPolicy) -> bytes:
    """Return the text of a policy: logs, witnesses, groups, quorum."""
    lines = [f"log {key.format()}" for key in policy.logs]
    lines += [
        " ".join(filter(None, ("witness", witness.name, witness.key.format(), witness.url)))
        for witness in policy.witnesses
    ]
    lines += [f"group {group.name} {group.threshold} {' '.join(group.members)}" for group in policy.groups]
    lines.append(f"quorum {policy.quorum}")
    data = ("\n".join(lines) + "\n").encode()
    if parse_policy(data) != policy:
        raise NoteError("a name or address of the policy can't be written")
    return data


def _read_line(draft: _Draft, items: list[str]) -> None:
    readers: dict[str, Callable[[_Draft, list[str]], None]] = {
        "log": _read_log,
        "witness": _read_witness,
        "group": _read_group,
        "quorum": _read_quorum,
    }
    reader = readers.get(items[0])
    if reader is None:
        raise NoteError("a policy's line begins with log, witness, group or quorum")
    reader(draft, items[1:])


def _read_log(draft: _Draft, items: list[str]) -> None:
    _require(1 <= len(items) <= 2 and len(draft.logs) < MAX_KEYS)
    draft.logs.append(VerifierKey.parse(items[0]))


def _read_witness(draft: _Draft, items: list[str]) -> None:
    _require(2 <= len(items) <= 3 and len(draft.witnesses) < MAX_KEYS)
    draft.witnesses.append(PolicyWitness(items[0], VerifierKey.parse(items[1]), items[2] if len(items) == 3 else None))
    draft.known.add(items[0])


def _read_group(draft: _Draft, items: list[str]) -> None:
    _require(len(items) >= 3 and len(draft.groups) < MAX_KEYS)
    name, threshold, *members = items
    if not draft.known.issuperset(members):
        raise NoteError("a group names what is not defined before it")
    draft.groups.append(PolicyGroup(name, _threshold(threshold, len(members)), tuple(members)))
    draft.known.add(name)


def _read_quorum(draft: _Draft, items: list[str]) -> None:
    _require(len(items) == 1 and draft.quorum is None)
    if items[0] not in draft.known | {"none"}:
        raise NoteError("the quorum names what is not defined before it")
    draft.quorum = items[0]


def _threshold(text: str, members: int) -> int:
    if text in {"any", "all"}:
        return 1 if text == "any" else members
    if not _NUMBER.fullmatch(text):
        raise NoteError("a group's threshold is any, all or a number")
    return int(text)


def _require(fits: bool) -> None:  # noqa: FBT001 - reads as the rule
    if not fits:
        raise NoteError("a line of the policy has too few or too many parts, or stands there too often")
