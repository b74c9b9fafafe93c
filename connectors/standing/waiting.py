"""How many standing questions wait for an account: to be approved, to be read, or to be seen to."""

from connectors.console.account import Account
from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.standing.standing_states import StandingState
from connectors.state.database import reading
from connectors.state.standing import list_runs, list_standing


def count_standing(console: Console, account: Account) -> int:
    """Return how many this account may approve, has changes of that nobody read, or could not be asked in its name."""
    if not account.may(Permission.SEE_QUESTIONS):
        return 0
    count = 0
    with reading(console.connector.state) as connection:
        for one in list_standing(connection):
            if one.author != account.id:
                waits = one.state is StandingState.AWAITING_APPROVAL and account.may(Permission.APPROVE_QUESTIONS)
            else:
                has_failed = one.state is StandingState.ACTIVE and one.failure is not None
                waits = has_failed or any(run.changes and run.seen_at is None for run in list_runs(connection, one.id))
            count += waits
    return count
