"""Asks a provider for a published table, checks that it is the one asked for, and keeps it."""

from connectors.context import Connector
from connectors.gateway_client import Answered, AnswerError, GatewayClient, QueryContext
from connectors.requester.open_question import vault_of
from connectors.state.alerts import raise_alert
from connectors.state.statistics import keep_copy
from keys.crypto.errors import CryptoError
from keys.custody.key_ring import KeyKind
from keys.protocol.sealed_statistics import open_release, statistics_binding
from schemas.envelope import MessageType
from schemas.message import MessageError
from schemas.messages.statistics import MAX_STATISTICS_ANSWER_BYTES, MatchedSet, StatisticsAnswer, StatisticsRequest
from schemas.problem import ProblemCode, ProblemError
from schemas.regions import subtree_prefix
from schemas.statistics.release import StatisticsRelease
from schemas.statistics.tables import load_tables


def ask_statistics(
    connector: Connector,
    client: GatewayClient,
    query: QueryContext,
    table: str,
    quarter: str,
    matched: MatchedSet | None = None,
) -> StatisticsRelease:
    """Return the release of a table for the query's region, and keep it.

    Args:
        connector: the asking agency's.
        client: the connection to the gateway.
        query: the agreement on statistics, the region, who asks.
        table: one of the catalogue.
        quarter: such as `2026-Q3`.
        matched: the matched children to count; none: the whole register.

    Raises:
        ProblemError, GatewayUnreachableError: refused, or no answer; statistics_unknown for a table of no catalogue.
        AnswerError: the answer can't be opened, is not what was asked, or differs from what was released before.
    """
    if table not in load_tables():
        raise ProblemError(ProblemCode.STATISTICS_UNKNOWN, "/table")
    request = StatisticsRequest(table=table, quarter=quarter, matched=matched)
    answered = client.ask(MessageType.STATISTICS, request, StatisticsAnswer, MAX_STATISTICS_ANSWER_BYTES, query)
    release = _open(connector, query, answered)
    _check(release, answered.message, query, request)
    if not keep_copy(connector.state, release, query.agreement.digest(), connector.seconds()):
        raise_alert(connector.state, "statistics_differ", answered.request, connector.seconds())
        raise AnswerError("other_numbers_than_before")
    return release


def matched_in(connector: Connector, question: str) -> MatchedSet:
    """Return the children who matched in a question that this agency asked, by the receipts of their answers.

    Raises:
        ProblemError: not_found, if there is no such question or nothing was answered.
    """
    vault = vault_of(connector)
    found = vault.find_question(question)
    receipts = {result.receipt_number for result in vault.results(question)} if found is not None else set()
    numbers = sorted(number for number in receipts if number is not None)
    if found is None or not numbers:
        raise ProblemError(ProblemCode.NOT_FOUND, "/matched")
    return MatchedSet(agreement=found.agreement, receipts=tuple(numbers))


def _open(connector: Connector, query: QueryContext, answered: Answered[StatisticsAnswer]) -> StatisticsRelease:
    binding = statistics_binding(query.agreement.digest(), answered.request, connector.agency)
    for record in connector.keys.ring.accepted(KeyKind.OPENING, connector.now()):
        try:
            return open_release(answered.message.sealed, record.secret, binding)
        except CryptoError:
            continue
        except MessageError:
            raise AnswerError("malformed") from None
    raise AnswerError("can_not_be_opened")


def _check(
    release: StatisticsRelease, outer: StatisticsAnswer, query: QueryContext, request: StatisticsRequest
) -> None:
    if release.digest() != outer.release:
        raise AnswerError("other_release")
    stated = (release.table, release.quarter, release.provider, release.region, release.categories)
    provider, region = query.agreement.provider.agency, subtree_prefix(query.region)
    asked = (request.table, request.quarter, provider, region, load_tables()[request.table].codes)
    if stated != asked or (release.subset is None) != (request.matched is None):
        raise AnswerError("other_release")
