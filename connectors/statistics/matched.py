"""Counts matched children: those that this agency released to the requester before, under another agreement.

By county, with noise always, and only if the sets counted so far tell no small group apart. The same children give the
same numbers, by whatever receipts they are named: noise that was drawn again could be averaged away.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from threading import Lock
from typing import Final

from connectors.context import Connector
from connectors.data_sets import Record
from connectors.provider.find_records import find_records
from connectors.register import Register, identity_digest
from connectors.sources.errors import SourceError
from connectors.state.agreements import AgreementCopy, find_agreement
from connectors.state.index_records import list_indexes
from connectors.state.releases import released_handles
from connectors.state.statistics import find_release, keep_release, list_counted_sets
from connectors.statistics.count_register import count_records, count_register
from connectors.statistics.count_rules import COUNT_RULES
from connectors.statistics.releases import Making, make_with_noise, tree_of
from schemas.agreement import AgreementState
from schemas.base64url import encode_base64url
from schemas.messages.statistics import MatchedSet
from schemas.problem import ProblemCode, ProblemError
from schemas.regions import RegionLevel
from schemas.statistics.matched_sets import may_be_counted
from schemas.statistics.quarter import last_ended_quarter
from schemas.statistics.release import StatisticsRelease
from schemas.statistics.tabulation import Cell

CHILD_BYTES: Final = 16
_ALL_OF_COUNTY: Final = "000"
_ONE_AT_A_TIME: Final = Lock()
"""Two sets that are judged at once would not see each other."""


def obtain_matched_release(
    connector: Connector, register: Register, making: Making, matched: MatchedSet, requester: str
) -> StatisticsRelease:
    """Return the release for the matched children, made now if this set was not counted in this quarter before.

    Raises:
        ProblemError: no_agreement or agreement_not_active for the other agreement; statistics_not_made for any quarter
            but the one that ended last; statistics_set_refused for too few children, or a set that differs too little
            from one that was counted; budget_exhausted; source_unavailable.
    """
    copy = _other_agreement(connector, matched, requester)
    if making.quarter != last_ended_quarter(connector.today()):
        raise ProblemError(ProblemCode.STATISTICS_NOT_MADE, "/quarter")
    with _ONE_AT_A_TIME:
        try:
            records = _records(connector, register, copy, matched, requester)
            return _count(connector, register, making, records)
        except SourceError:
            raise ProblemError(ProblemCode.SOURCE_UNAVAILABLE) from None


def _other_agreement(connector: Connector, matched: MatchedSet, requester: str) -> AgreementCopy:
    copy = find_agreement(connector.state, matched.agreement)
    if copy is None or (copy.agreement.requester.agency, copy.agreement.provider.agency) != (
        requester,
        connector.agency,
    ):
        raise ProblemError(ProblemCode.NO_AGREEMENT, "/matched/agreement")
    is_in_force = copy.agreement.valid_from <= connector.seconds() < copy.agreement.valid_until
    if copy.standing.state is not AgreementState.ACTIVE or not is_in_force:
        raise ProblemError(ProblemCode.AGREEMENT_NOT_ACTIVE, "/matched/agreement")
    return copy


def _records(
    connector: Connector, register: Register, copy: AgreementCopy, matched: MatchedSet, requester: str
) -> list[Record]:
    digest = copy.standing.digest
    handles = released_handles(connector.state, digest, requester, matched.receipts)
    found: dict[str, Record] = {}
    for agreement, epoch in list_indexes(connector.state):
        if agreement == digest:
            found |= find_records(connector, register, copy.standing, epoch, sorted(handles))
    return [found[handle] for handle in sorted(found)]


def _count(connector: Connector, register: Register, making: Making, records: list[Record]) -> StatisticsRelease:
    children = frozenset(child_id(connector.storage_key(), record) for record in records)
    making = Making(making.table, making.quarter, _set_id(connector.storage_key(), children))
    kept = find_release(connector.state, making.table.id, making.quarter, making.subset or "")
    if kept is not None:
        return kept
    before = [one for one in list_counted_sets(connector.state) if one != children]
    if not may_be_counted(children, before):
        raise ProblemError(ProblemCode.STATISTICS_SET_REFUSED, "/matched")
    rule, root, today = COUNT_RULES[making.table.id], connector.settings.region, connector.today()
    counted = count_records(records, register.agency, rule, root, today)
    listed = count_register(register, rule, root, today).townships
    tree = tree_of(root, frozenset(map(_county, listed)))
    release = make_with_noise(connector, making, tree, _by_county(counted.counts))
    return keep_release(connector.state, release, children)


def child_id(storage_key: bytes, record: Record) -> bytes:
    """Return 16 bytes for a child, the same under every agreement, that tell nothing without the key."""
    number = record.identity.citizen_id
    text = identity_digest(storage_key, record.linkage_keys, "").hex() if number is None else number.core15
    return hmac.digest(storage_key, b"tongxin/statistics-child/v1\x00" + text.encode(), hashlib.sha256)[:CHILD_BYTES]


def _set_id(storage_key: bytes, children: Iterable[bytes]) -> str:
    message = b"tongxin/statistics-set/v1\x00" + b"".join(sorted(children))
    return encode_base64url(hmac.digest(storage_key, message, hashlib.sha256))


def _county(township: str) -> str:
    return township[: RegionLevel.COUNTY] + _ALL_OF_COUNTY


def _by_county(counts: Mapping[Cell, int]) -> dict[Cell, int]:
    found: dict[Cell, int] = {}
    for (township, category), count in counts.items():
        cell = (_county(township), category)
        found[cell] = found.get(cell, 0) + count
    return found
