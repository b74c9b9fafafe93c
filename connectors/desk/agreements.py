"""The agreements of this agency, as its sharing office finds them, and how many wait for somebody."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from connectors.console.account import Account
from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.desk.agreement_choices import name_party
from connectors.desk.agreement_view import AgreementView, Waits, count_working_days, part_of
from connectors.desk.index_refreshing import last_publication
from connectors.gateway_client import AnswerError, GatewayUnreachableError
from connectors.holidays import calendar_for
from connectors.jobs import fetch_registry
from connectors.state.agreement_drafts import DraftState, PreparedSignature, list_drafts, list_prepared
from connectors.state.agreements import AgreementCopy, list_agreements
from connectors.state.database import reading
from schemas.agreement import AgreementState
from schemas.problem import ProblemError
from schemas.purpose_catalogue import load_purposes
from schemas.working_days import china_date

_CAME_TO_NOTHING: Final = frozenset(
    {AgreementState.INCOMPLETE, AgreementState.REFUSED, AgreementState.REVOKED, AgreementState.EXPIRED}
)


class AgreementNotFoundError(LookupError):
    """There is no such agreement of this agency."""


def list_views(console: Console) -> list[AgreementView]:
    """Return all agreements of the agency: the most pressing first, then those due first, then the newest."""
    copies = list_agreements(console.connector.state)
    with reading(console.connector.state) as connection:
        prepared = list_prepared(connection)
        published = {copy.standing.digest: last_publication(connection, copy.standing.digest) for copy in copies}
        drafted = {draft.replaces for draft in list_drafts(connection)}
    returned = {copy.standing.digest for copy in copies if copy.standing.state is AgreementState.INCOMPLETE}
    succeeded = drafted | {copy.agreement.replaces for copy in copies if copy.standing.state not in _CAME_TO_NOTHING}
    views = [
        _view_of(
            console,
            copy,
            prepared.get(digest),
            published[digest],
            is_succeeded=digest in succeeded,
            was_returned=copy.agreement.replaces in returned,
        )
        for copy in copies
        if (digest := copy.standing.digest)
    ]
    return sorted(views, key=_urgency)


def is_fresh(console: Console) -> bool:
    """Fetch registry and agreements from the gateway; returns whether it answered. What is kept stays otherwise."""
    try:
        fetch_registry(console.connector, console.trust, console.client)
    except (GatewayUnreachableError, ProblemError, AnswerError):
        return False
    return True


def get_view(console: Console, digest: str) -> AgreementView:
    """Return one of them; raises AgreementNotFoundError."""
    found = next((view for view in list_views(console) if view.digest == digest), None)
    if found is None:
        raise AgreementNotFoundError
    return found


def count_waiting_agreements(console: Console, account: Account) -> int:
    """Return how many agreements wait for this person."""
    return sum(view.waits_for(account) for view in list_views(console))


def count_waiting_drafts(console: Console, account: Account) -> int:
    """Return how many drafts of others wait for this person's approval."""
    if not account.may(Permission.SIGN_AGREEMENTS):
        return 0
    with reading(console.connector.state) as connection:
        drafts = list_drafts(connection)
    return sum(draft.state is DraftState.AWAITING_APPROVAL and draft.author != account.id for draft in drafts)


def chain_of(views: Sequence[AgreementView], view: AgreementView) -> list[AgreementView]:
    """Return the versions before this one, the newest first."""
    by_digest = {one.digest: one for one in views}
    chain: list[AgreementView] = []
    before = by_digest.get(view.terms.replaces or "")
    while before is not None and before not in chain:
        chain.append(before)
        before = by_digest.get(before.terms.replaces or "")
    return chain


def _view_of(
    console: Console,
    copy: AgreementCopy,
    prepared: PreparedSignature | None,
    published_at: int | None,
    *,
    is_succeeded: bool,
    was_returned: bool,
) -> AgreementView:
    return AgreementView(
        copy=copy,
        own=console.connector.agency,
        part=part_of(console.connector.agency, copy.agreement),
        purpose=load_purposes()[copy.agreement.purpose],
        names={party.agency: name_party(console, party.agency) for party in copy.agreement.signers},
        prepared=prepared,
        published_at=published_at,
        working_days_left=_working_days_left(console, copy),
        is_succeeded=is_succeeded,
        was_returned=was_returned,
    )


def _working_days_left(console: Console, copy: AgreementCopy) -> int | None:
    if copy.review_due_at is None:
        return None
    # A period of days ends with the day: its end is the next day's first moment.
    due_on = china_date(datetime.fromtimestamp(copy.review_due_at - 1, UTC))
    return count_working_days(calendar_for(console.connector), console.connector.today(), due_on)


def _urgency(view: AgreementView) -> tuple[int, int, int]:
    waits = list(Waits).index(view.waits) if view.waits is not None else len(Waits)
    return waits, view.copy.review_due_at or view.terms.valid_until, -view.terms.valid_from
