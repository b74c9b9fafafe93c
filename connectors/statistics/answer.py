"""Answers a request for statistics: decide, charge, take the kept release, cut it to the asked region, seal."""

from connectors.context import Connector
from connectors.provider.verify_request import Verified, decide_here
from connectors.register import Register
from connectors.state.charges import BudgetKind, charge
from connectors.statistics.matched import obtain_matched_release
from connectors.statistics.releases import Making, obtain_release, own_table
from connectors.trust import TrustStore
from keys.protocol.key_chain import UntrustedKeyError
from keys.protocol.sealed_statistics import seal_release, statistics_binding
from schemas.base64url import decode_base64url
from schemas.messages.statistics import StatisticsAnswer, StatisticsRequest
from schemas.problem import ProblemCode, ProblemError
from schemas.statistics.release import StatisticsRelease


def answer_statistics(
    connector: Connector, trust: TrustStore, register: Register, verified: Verified[StatisticsRequest]
) -> StatisticsAnswer:
    """Return the sealed release for the region that the envelope names.

    Raises:
        ProblemError: the refusal.
    """
    request, standing = verified.message, verified.copy.standing
    table = own_table(connector, request.table)
    decide_here(verified, connector.now(), records=1, attributes=(table.attribute,))
    charge(connector.state, verified.claims, standing, BudgetKind.RELEASES, 1, connector.today(), connector.seconds())
    whole = _obtain(connector, register, Making(table, request.quarter), verified)
    release = whole.within(verified.claims.region or "")
    if release is None:
        raise ProblemError(ProblemCode.STATISTICS_UNKNOWN, clause="regions")
    return StatisticsAnswer(
        table=request.table,
        quarter=request.quarter,
        release=release.digest(),
        sealed=_seal(connector, trust, verified, release),
    )


def _obtain(
    connector: Connector, register: Register, making: Making, verified: Verified[StatisticsRequest]
) -> StatisticsRelease:
    matched = verified.message.matched
    if matched is None:
        return obtain_release(connector, register, making.table, making.quarter)
    return obtain_matched_release(connector, register, making, matched, verified.claims.issuer)


def _seal(
    connector: Connector, trust: TrustStore, verified: Verified[StatisticsRequest], release: StatisticsRelease
) -> str:
    requester, now = verified.copy.agreement.requester, connector.now()
    try:
        statement = trust.keys_of(requester.agency, requester.signing_key, now).opening_key(now)
    except UntrustedKeyError:
        raise ProblemError(ProblemCode.UNKNOWN_KEY) from None
    binding = statistics_binding(verified.copy.agreement.digest(), verified.envelope.digest, requester.agency)
    return seal_release(release, decode_base64url(statement.public_key), binding, connector.random)
