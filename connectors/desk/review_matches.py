"""The possible matches that wait for a decision: the agency's own record beside how the two records agree."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import record_in
from connectors.desk.draft_states import DraftState
from connectors.desk.drafts import get_draft, list_drafts
from connectors.desk.ledgers import ledger_cells
from connectors.desk.purposes_for import find_asked_under
from connectors.desk.question_draft import Draft
from connectors.desk.review_decisions import (
    PendingReview,
    ReviewRefusedError,
    find_review,
    is_waiting,
    list_reviews,
)
from connectors.requester.ask import Questioner
from connectors.state.database import writing
from connectors.state.questions import RowResult
from schemas.agreement_terms import get_key_set
from schemas.comparison_words import describe
from schemas.faults import Wording


@dataclass(frozen=True, slots=True)
class PossibleMatch:
    """A row to be decided about: the agency's own record, how the two records agree, and what was decided so far."""

    draft: Draft
    result: RowResult
    own: Mapping[str, str] = field(repr=False)
    comparison: Wording
    pending: PendingReview | None


def list_possible(console: Console, author: str | None = None) -> list[PossibleMatch]:
    """Return the rows that wait for a decision, the likeliest first: of one officer's questions, or of all."""
    found = []
    for draft in list_drafts(console, author=author, states=(DraftState.ANSWERED,)):
        if not draft.undecided:
            continue
        waiting = [r for r in Questioner.vault_of(console.connector).results(draft.id) if is_waiting(r)]
        pending = {one.row_number: one for one in list_reviews(console, question=draft.id)}
        found += [_possible(console, draft, r, {}, pending.get(r.row_number)) for r in waiting]
    return sorted(found, key=lambda one: (-(one.result.probability or 0), one.draft.id, one.result.row_number))


def get_possible(console: Console, account: str, id_: str, row_number: int) -> PossibleMatch:
    """Return one such row with the agency's own record, and record that somebody looked at it.

    Raises:
        DraftNotFoundError: no such question.
        ReviewRefusedError: the row does not wait for a decision, and none about it is under way.
    """
    draft = get_draft(console, id_)
    pending = find_review(console, id_, row_number)
    results = Questioner.vault_of(console.connector).results_of_rows(id_, [row_number])
    result = next((found for found in results if pending is not None or is_waiting(found)), None)
    if result is None:
        raise ReviewRefusedError("not_waiting")
    with writing(console.connector.state) as connection:
        record_in(connection, console.seconds(), account, Action.MATCH_VIEWED, id_, f"row={row_number}")
    return _possible(console, draft, result, own_record(console, draft, row_number), pending)


def own_record(console: Console, draft: Draft, row_number: int) -> Mapping[str, str]:
    """Return the cells of a ledger's row as text by column, with what was put right; empty if the ledger is gone."""
    if draft.ledger is None:
        return {}
    return ledger_cells(console, draft.ledger, [row_number]).get(row_number, {})


def _possible(
    console: Console, draft: Draft, result: RowResult, own: Mapping[str, str], pending: PendingReview | None
) -> PossibleMatch:
    asked = find_asked_under(console, draft.agreement)
    told = Wording("", "") if asked is None else describe(get_key_set(asked.agreement), result.comparison)
    return PossibleMatch(draft, result, own, told, pending)
