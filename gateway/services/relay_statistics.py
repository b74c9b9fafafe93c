"""Statistics: a provider's published table, passed on sealed; the log states which release it is, never a number."""

from dataclasses import replace

from sqlalchemy import Connection

from gateway.domain.budgets import BudgetKind
from gateway.log.events import EventType
from gateway.persistence.statistics_queries import ReleaseName, remember_release
from gateway.services.answers import Reply, reply_with
from gateway.services.authorise import Charge, authorise, load_agreement, log_outcome
from gateway.services.context import Gateway
from gateway.services.relay_request import parse_answer, relay_request, require_answer
from gateway.services.request_events import intent_event, outcome_event
from gateway.services.request_trail import Received
from schemas.messages.statistics import MAX_STATISTICS_ANSWER_BYTES, StatisticsAnswer, StatisticsRequest
from schemas.policy import PolicyRequest
from schemas.problem import ProblemCode, ProblemError
from schemas.regions import RegionError, subtree_prefix
from schemas.statistics.tables import load_tables


def relay_statistics(gateway: Gateway, received: Received[StatisticsRequest]) -> Reply:
    """Have the provider answer, charged as one release.

    Raises:
        ProblemError: refused, by the gateway or by the provider; provider_answer_invalid where the provider gave
            somebody another release of the same table, quarter and region before.
    """
    request = received.message
    agreement = load_agreement(gateway, received).standing.agreement
    fields = _fields(request)
    intent = authorise(
        gateway,
        received,
        PolicyRequest(claims=received.claims, provider=received.claims.audience, records=1, attributes=fields),
        intent_event(received, EventType.STATISTICS_QUERY, fields=fields),
        charged=Charge(BudgetKind.RELEASES, 1),
    )
    answer = relay_request(gateway, received, agreement.provider, intent, MAX_STATISTICS_ANSWER_BYTES)
    released = parse_answer(StatisticsAnswer, answer)
    require_answer(fits=(released.table, released.quarter) == (request.table, request.quarter))
    name = ReleaseName(agreement.provider.agency, _counted(request), request.quarter, _region(received))

    def remember(connection: Connection) -> None:
        first = remember_release(connection, name, released.release, int(gateway.now().timestamp()))
        require_answer(fits=first == released.release)

    outcome = outcome_event(received, EventType.STATISTICS_RELEASE, answer.envelope, fields=fields)
    receipt = log_outcome(gateway, received, replace(outcome, content=released.release), remember)
    return reply_with(gateway, received, answer, receipt)


def _fields(request: StatisticsRequest) -> tuple[str, ...]:
    table = load_tables().get(request.table)
    if table is None:
        raise ProblemError(ProblemCode.STATISTICS_UNKNOWN, "/table")
    return (table.attribute,)


def _counted(request: StatisticsRequest) -> str:
    """Name what is counted: a table, and of matched children the digest of the receipts that name them."""
    return request.table if request.matched is None else f"{request.table}:{request.matched.digest()}"


def _region(received: Received[StatisticsRequest]) -> str:
    """Return the region in its one form: 510100 and 5101 are the same."""
    try:
        return subtree_prefix(received.claims.region or "")
    except RegionError:
        raise ProblemError(ProblemCode.REGION_NOT_AGREED, clause="regions") from None
