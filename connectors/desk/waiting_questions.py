"""How many questions and possible matches wait for somebody: what the navigation and the first page count."""

from connectors.console.account import Account
from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.desk.draft_states import DraftState
from connectors.desk.drafts import list_drafts
from connectors.desk.review_decisions import ReviewState, list_reviews


def count_questions(console: Console, account: Account) -> int:
    """Return how many questions this account may approve, or send because they are approved or broke off."""
    count = 0
    if account.may(Permission.APPROVE_QUESTIONS):
        waiting = list_drafts(console, states=(DraftState.AWAITING_APPROVAL,))
        count += sum(draft.author != account.id for draft in waiting)
    if account.may(Permission.ASK):
        count += len(list_drafts(console, author=account.id, states=(DraftState.APPROVED, DraftState.FAILED)))
    return count


def count_reviews(console: Console, account: Account) -> int:
    """Return how many possible matches this account has to decide about, or to confirm another's decision of."""
    answered = list_drafts(console, author=account.id, states=(DraftState.ANSWERED,))
    pending = list_reviews(console)
    own = sum(draft.undecided for draft in answered) - sum(one.officer == account.id for one in pending)
    if not account.may(Permission.APPROVE_QUESTIONS):
        return max(0, own)
    others = [one for one in pending if one.state is ReviewState.PROPOSED and one.officer != account.id]
    return max(0, own) + len(others)
