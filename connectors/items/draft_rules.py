"""Which items are drafts: opened, and not sent to any other office yet. Pure."""

from typing import Final

from connectors.console.account import Account
from connectors.items.courses import Course
from schemas.workflows.events import Act, Opened

WORKFLOW: Final = "W6"
"""The workflow whose items begin as drafts; all others are with another office from their first event."""


def is_own_draft(course: Course, account: Account) -> bool:
    """Return whether the account opened the item at this office, and nothing was done with it since."""
    opened, *later = course.history.events
    is_untouched = not course.position.state.final and not any(isinstance(one, Act) for one in later)
    is_theirs = isinstance(opened, Opened) and opened.actor.officer == account.id
    return course.workflow.id == WORKFLOW and course.kept.left_at is None and is_untouched and is_theirs
