"""Checks evidence offline, from the file alone: what others signed is verified, what the agency says itself is named.

Whoever reads it compares the gateway's two keys in `pin` with those that he got from elsewhere.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from connectors.own_log.compare import compare, compare_disclosures, is_about_item, time_fault
from connectors.own_log.entry import Entry, EntryError, parse_disclosure, parse_entry
from connectors.own_log.evidence_document import Fault, LogEvidence
from connectors.own_log.messages import Asked, OwnMessage
from connectors.own_log.proofs import NotProvenError, locate_leaf, verify_checkpoint, verify_checkpoints, verify_shown
from connectors.own_log.turn import start_differs
from keys.crypto.checkpoint import Checkpoint
from keys.crypto.log_shards import shard_origin
from keys.crypto.signing import SignatureError, VerificationKey
from keys.protocol.envelopes import envelope_digest, read_unverified, verify_envelope, verify_relay
from keys.protocol.key_chain import AgencyKeys, UntrustedKeyError, follow_chain, read_root
from schemas.envelope import EnvelopeClaims, RelayClaims
from schemas.formats import MAX_ENVELOPE_CHARACTERS
from schemas.message import MessageError

SIGNED_MEMBERS: Final = frozenset(
    {"actor", "kid", "corr", "req.digest", "req.sig", "purpose", "officer", "approver", "case_ref"}
)
"""Members that are compared with an envelope that the agency signed; the others with its own record of it."""

_OF_ITEM: Final = frozenset({"corr", "officer"})
"""What the entry of an item states by the event in the body, of which the envelope has the digest alone."""


class EvidenceError(Exception):
    """The file does not show what it says."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What the file shows: by signatures and proofs, or (`is_proven` false) by the agency's own word."""

    is_proven: bool
    zh: str
    en: str


def check_evidence(evidence: LogEvidence) -> tuple[Finding, ...]:
    """Return what the evidence shows.

    Raises:
        EvidenceError: a signature, a checkpoint or a proof does not verify, or they show no such fault.
    """
    try:
        return tuple(_EvidenceCheck(evidence).findings())
    except NotProvenError:
        raise EvidenceError("检查点或证明未通过校验 / a checkpoint or a proof does not verify") from None
    except (SignatureError, MessageError, UntrustedKeyError):
        raise EvidenceError("签名未通过校验 / a signature does not verify") from None
    except EntryError:
        raise EvidenceError("日志条目格式不正确 / an entry of the log is malformed") from None


class _EvidenceCheck:
    def __init__(self, evidence: LogEvidence) -> None:
        self.evidence = evidence
        pin = evidence.pin
        self._keys: dict[str, AgencyKeys] = {}
        for agency, statements in evidence.statements.items():
            root = pin.signing_key if agency == pin.gateway else read_root(agency, statements[0])
            self._keys[agency] = follow_chain(agency, root, statements)

    def findings(self) -> list[Finding]:
        """Verify all that is signed, then what the fault says."""
        for note in self.evidence.checkpoints:
            verify_checkpoint(self.evidence.pin, note)
        return [*self._signed(), *_CHECKS[self.evidence.fault](self)]

    def _signed(self) -> list[Finding]:
        found = []
        if self.evidence.request is not None:
            request = verify_envelope(self.evidence.request, self._finder(self.evidence.request)).claims
            found.append(_proven(f"{request.issuer} 签署了请求 {request.id}", f"{request.issuer} signed {request.id}"))
            if self.evidence.answer is not None:
                answer = verify_envelope(self.evidence.answer, self._finder(self.evidence.answer)).claims
                _require(holds=answer.answers == envelope_digest(self.evidence.request))
                found.append(_proven(f"{answer.issuer} 签署了应答", f"{answer.issuer} signed the answer to it"))
        return found

    def _finder(self, token: str) -> Callable[[str, str], VerificationKey]:
        """Return how to find a key that was in force when the token was issued."""
        issued_at = read_unverified(EnvelopeClaims, token, MAX_ENVELOPE_CHARACTERS).issued_at
        return lambda agency, key_id: self._key(agency, key_id, issued_at)

    def _key(self, agency: str, key_id: str, at_seconds: int) -> VerificationKey:
        if agency not in self._keys:
            raise UntrustedKeyError(agency, "unknown_agency")
        return self._keys[agency].verification_key(key_id, at_seconds)

    def promise(self) -> RelayClaims:
        """Return the promise, verified: the gateway's, about the request or its answer."""
        token = self.evidence.promise
        if token is None:
            raise EvidenceError("文件中没有承诺 / the file holds no promise")
        issued_at = read_unverified(RelayClaims, token, MAX_ENVELOPE_CHARACTERS).issued_at
        claims = verify_relay(token, lambda agency, key_id: self._key(agency, key_id, issued_at))
        envelopes = {envelope_digest(one) for one in (self.evidence.request, self.evidence.answer) if one is not None}
        _require(holds=claims.issuer == self.evidence.pin.gateway and (not envelopes or claims.envelope in envelopes))
        return claims

    def message(self) -> OwnMessage:
        """Return the request with what the agency noted of it."""
        token, record = self.evidence.request, self.evidence.record
        if token is None or record is None:
            raise EvidenceError("文件中没有请求 / the file holds no request")
        return OwnMessage(
            type=record.type,
            token=token,
            peer=record.peer,
            asked=Asked(
                record.policy,
                record.records,
                record.fields,
                item=record.item,
                agreement_step=record.agreement_step,
            ),
            seen_at=record.seen_at,
            answer=self.evidence.answer,
            answered_at=record.answered_at,
            answered_records=record.answered_records,
            refused=record.refused,
        )

    def shown_bytes(self) -> list[bytes]:
        """Return the bytes of the shown entries, each proven by a checkpoint of the file; there is one at least."""
        _require(holds=bool(self.evidence.shown))
        checkpoints = verify_checkpoints(self.evidence.pin, self.evidence.checkpoints)
        return [verify_shown(shown, checkpoints) for shown in self.evidence.shown]

    def entries(self) -> list[Entry]:
        """Return the shown entries."""
        return [parse_entry(data) for data in self.shown_bytes()]


def _check_promise(check: _EvidenceCheck) -> list[Finding]:
    promise, document = check.promise(), check.evidence.inclusion
    if document is not None:
        try:
            place = locate_leaf(check.evidence.pin, promise.leaf, document)
        except NotProvenError:
            place = None
        _require(holds=place != (promise.shard, promise.leaf_index))
    return [
        _promised(promise),
        _stated(
            "到期后网关拿不出该条目在日志中的证明；网关如能出示，即可反驳",
            "when it was due the gateway showed no proof of it; showing one would refute this",
        ),
    ]


def _check_moved(check: _EvidenceCheck) -> list[Finding]:
    promise, document = check.promise(), check.evidence.inclusion
    if document is None:
        raise EvidenceError("文件中没有证明 / the file holds no proof")
    shard, index = locate_leaf(check.evidence.pin, promise.leaf, document)
    _require(holds=(shard, index) != (promise.shard, promise.leaf_index))
    return [
        _promised(promise),
        _proven(f"但签名的日志中它在 {shard}/{index}", f"but in the signed log it stands at {shard}/{index}"),
    ]


def _check_differs(check: _EvidenceCheck) -> list[Finding]:
    evidence = check.evidence
    shown, data = evidence.shown[0], check.shown_bytes()[0]
    try:
        entry = parse_entry(data)
    except EntryError:
        return [_proven("签名的日志中有一条不是条目", "the signed log holds something that is no entry")]
    if entry.origin != shard_origin(evidence.pin.log_name, shown.place.shard):
        return [_proven("条目属于另一日志", "the entry says that it is another log's")]
    message = check.message()
    differs = {*compare(entry, message), *(set(evidence.differs) & {"ref"})}
    if evidence.agency == message.claims.issuer:
        differs |= {*compare_disclosures(entry, message, [parse_disclosure(text) for text in shown.disclosures])}
    _require(holds=bool(differs))
    signed = SIGNED_MEMBERS if message.asked.item is None else SIGNED_MEMBERS - _OF_ITEM
    return list(_differences(sorted(differs & signed), sorted(differs - signed)))


def _differences(signed: list[str], noted: list[str]) -> Iterator[Finding]:
    if signed:
        zh, en = "、".join(signed), ", ".join(signed)
        yield _proven(f"条目与签名的请求不一致：{zh}", f"the entry differs from the signed request in {en}")
    if noted:
        zh, en = "、".join(noted), ", ".join(noted)
        yield _stated(f"条目与本单位的记录不一致：{zh}", f"the entry differs from the agency's record in {en}")


def _check_time(check: _EvidenceCheck) -> list[Finding]:
    (entry, *_), message, evidence = check.entries(), check.message(), check.evidence
    _require(holds=time_fault(entry, message, evidence.agency) is evidence.fault)
    at = entry.at.isoformat(timespec="seconds")
    if evidence.fault is Fault.ENTRY_BACKDATED:
        return [_proven(f"条目时间 {at} 早于请求的签发", f"the entry's time {at} lies before its request was issued")]
    return [_stated(f"条目时间 {at} 晚于收到应答", f"the entry's time {at} lies after the answer had come")]


def _check_repeated(check: _EvidenceCheck) -> list[Finding]:
    steps = [
        (
            entry.actor,
            entry.correlation,
            entry.type,
            entry.reason,
            entry.ref is None,
            is_about_item(entry) and entry.envelope,
        )
        for entry in check.entries()
    ]
    _require(holds=len(set(steps)) < len(steps))
    return [_proven("同一请求的同一步骤有两条", "one step of one request has two entries")]


def _check_invented(check: _EvidenceCheck) -> list[Finding]:
    entry, evidence = check.entries()[0], check.evidence
    _require(holds=evidence.agency in {entry.actor, entry.peer})
    return [
        _proven(
            f"日志记载 {evidence.agency} 参与了 {entry.type}",
            f"the log says that {evidence.agency} took part in {entry.type}",
        ),
        _stated(
            "本单位没有这样的签名；网关应出示摘要相符、由本单位签名的信封",
            "the agency signed nothing of the kind; the gateway would have to show the envelope with these digests",
        ),
    ]


def _check_not_proven(check: _EvidenceCheck) -> list[Finding]:
    evidence = check.evidence
    checkpoints = verify_checkpoints(evidence.pin, evidence.checkpoints)
    for shown in evidence.shown:
        try:
            verify_shown(shown, checkpoints)
        except NotProvenError:
            return [_stated("网关出示了未被证明的条目", "the gateway showed an entry whose proof does not hold")]
    raise EvidenceError("证明成立 / the proof holds")


def _check_withheld(check: _EvidenceCheck) -> list[Finding]:
    return [
        _promised(check.promise()),
        _stated("网关没有向本单位出示该条目", "the gateway did not show this entry to its party"),
    ]


def _check_turn(check: _EvidenceCheck) -> list[Finding]:
    entry, (old, *_) = check.entries()[0], check.evidence.checkpoints
    size = verify_checkpoint(check.evidence.pin, old)[1].size
    if entry.records == size:
        _require(holds=start_differs(entry, old))
        return [_proven("新年度日志接续的是另一个检查点", "the new log continues another checkpoint of this size")]
    _require(holds=entry.records is None or entry.records < size)
    return [_stated("新年度日志没有接续已见的检查点", "the new log does not continue a checkpoint that was seen")]


def _check_shrunk(check: _EvidenceCheck) -> list[Finding]:
    (first, before), (second, after) = _two(check)
    _require(holds=first == second and after.size < before.size)
    return [
        _proven(f"网关签署过 {before.size} 条和 {after.size} 条", f"it signed {before.size} and {after.size} leaves"),
        _stated("较小的后出示", "the smaller one was shown later"),
    ]


def _check_forked(check: _EvidenceCheck) -> list[Finding]:
    (first, one), (second, other) = _two(check)
    _require(holds=first == second and one.size == other.size and one.root_hash != other.root_hash)
    return [_proven(f"同为 {one.size} 条，签署了两个不同的根", f"the log signed two roots for {one.size} leaves")]


def _two(check: _EvidenceCheck) -> tuple[tuple[int, Checkpoint], tuple[int, Checkpoint]]:
    _require(holds=len(check.evidence.checkpoints) == 2)
    first, second = (verify_checkpoint(check.evidence.pin, note) for note in check.evidence.checkpoints)
    return first, second


_CHECKS: Final[Mapping[Fault, Callable[[_EvidenceCheck], list[Finding]]]] = MappingProxyType(
    {
        Fault.PROMISE_NOT_IN_LOG: _check_promise,
        Fault.ENTRY_MOVED: _check_moved,
        Fault.ENTRY_DIFFERS: _check_differs,
        Fault.ENTRY_BACKDATED: _check_time,
        Fault.ENTRY_POSTDATED: _check_time,
        Fault.ENTRY_REPEATED: _check_repeated,
        Fault.ENTRY_NOT_PROVEN: _check_not_proven,
        Fault.ENTRY_WITHHELD: _check_withheld,
        Fault.REQUEST_INVENTED: _check_invented,
        Fault.ANSWER_INVENTED: _check_invented,
        Fault.TURN_BROKEN: _check_turn,
        Fault.LOG_SHRUNK: _check_shrunk,
        Fault.LOG_FORKED: _check_forked,
    }
)


def _promised(promise: RelayClaims) -> Finding:
    place = f"{promise.shard}/{promise.leaf_index}"
    return _proven(f"网关签名承诺该条目在日志 {place}", f"the gateway signed that the entry is at {place}")


def _proven(zh: str, en: str) -> Finding:
    return Finding(is_proven=True, zh=zh, en=en)


def _stated(zh: str, en: str) -> Finding:
    return Finding(is_proven=False, zh=zh, en=en)


def _require(*, holds: bool) -> None:
    if not holds:
        raise EvidenceError("所附材料不能说明这一问题 / what the file holds does not show this fault")
