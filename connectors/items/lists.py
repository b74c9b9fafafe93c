"""Items as an account sees them: the lists, and one item."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from connectors.console.account import Account
from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import record_in
from connectors.items.access import may_see, parts_of
from connectors.items.courses import Course, course_of
from connectors.items.draft_rules import is_own_draft
from connectors.items.errors import ItemNotFoundError, wording_of
from connectors.items.kept_papers import papers_of
from connectors.items.lines import escalations_of, lines_of
from connectors.items.offices import Offices, offices_of
from connectors.items.papers import Paper, child_named_in
from connectors.items.steps import open_steps, waiting_for
from connectors.items.views import ItemRow, ItemScope, ItemView, OpenStep
from connectors.items.waiting import KINDS, ids_waiting
from connectors.state.alerts import raise_alert
from connectors.state.database import reading, writing
from connectors.state.items import KeptItem, find_item, list_items_of, list_items_with, list_kept_items, list_papers
from schemas.faults import Wording
from schemas.workflows.position import HistoryError

LEFT: Final = Wording("本单位已办毕", "done at this office")
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


def list_items(console: Console, account: Account, *, scope: ItemScope) -> list[ItemRow]:
    """Return the items that the account may see: overdue ones first, then by deadline, then the oldest."""
    reader = _Reader.of(console, account)
    wanted = ids_waiting(console, account, scope) if scope in KINDS else None
    with reading(console.connector.state) as connection:
        if wanted is None:
            kept = list_kept_items(connection, ended=scope is ItemScope.CLOSED)
        else:
            kept = list_items_of(connection, wanted)
    return sorted(reader.rows(reader.visible(kept)), key=_urgency)


def list_these_items(console: Console, account: Account, items: Iterable[str]) -> list[ItemRow]:
    """Return those of the items that the account may see."""
    reader = _Reader.of(console, account)
    with reading(console.connector.state) as connection:
        kept = list_items_of(connection, items)
    return reader.rows(reader.visible(kept))


def get_item(console: Console, account: Account, item: str) -> ItemView:
    """Return one item, and record that the account looked at it.

    Raises:
        ItemNotFoundError: there is no such item, or the account may not see it.
    """
    reader = _Reader.of(console, account)
    with reading(console.connector.state) as connection:
        found = find_item(connection, item)
    courses = [] if found is None else reader.visible([found])
    if not courses:
        raise ItemNotFoundError
    with writing(console.connector.state) as connection:
        record_in(connection, console.seconds(), account.id, Action.ITEM_VIEWED, item)
    return reader.view(courses[0])


def find_by_number(console: Console, account: Account, number: str) -> str | None:
    """Return the id of the item with this short number that the account may see; None for none, or for several."""
    with reading(console.connector.state) as connection:
        kept = list_items_with(connection, number)
    found = [course.kept.id for course in _Reader.of(console, account).visible(kept)]
    return found[0] if len(found) == 1 else None


@dataclass(frozen=True)
class _Reader:
    """Reads items for one account at one moment."""

    console: Console
    account: Account
    offices: Offices
    now: datetime

    @classmethod
    def of(cls, console: Console, account: Account) -> "_Reader":
        return cls(console, account, offices_of(console), console.now())

    def visible(self, kept: Iterable[KeptItem]) -> list[Course]:
        courses = (self._course(one) for one in kept)
        return [
            course for course in courses if course is not None and may_see(self.account, course, self.offices, self.now)
        ]

    def is_overdue(self, course: Course) -> bool:
        return any(one.is_overdue(self.now) for one in course.running)

    def rows(self, courses: Sequence[Course]) -> list[ItemRow]:
        papers = self._papers(courses)
        return [self._row(course, papers[course.kept.id]) for course in courses]

    def view(self, course: Course) -> ItemView:
        papers = self._papers([course])[course.kept.id]
        waiting = course.kept.waiting
        return ItemView(
            row=self._row(course, papers),
            lines=lines_of(course, self.offices),
            papers=papers,
            steps=self._steps(course),
            clocks=course.running,
            escalations=escalations_of(course, self.offices),
            is_own_draft=is_own_draft(course, self.account),
            problem=None if waiting is None or waiting.refused is None else wording_of(waiting.refused),
        )

    def _steps(self, course: Course) -> tuple[OpenStep, ...]:
        return open_steps(course, self.account.id, parts_of(self.account, course.kept), self.offices, self.now)

    def _course(self, kept: KeptItem) -> Course | None:
        try:
            return course_of(self.console.connector, kept)
        except HistoryError:
            raise_alert(self.console.connector.state, "item_workflow_unknown", kept.id, self.console.seconds())
            return None

    def _papers(self, courses: Sequence[Course]) -> dict[str, tuple[tuple[int, Paper], ...]]:
        """Return the papers of items; those of an item that left are not shown."""
        held = [course.kept for course in courses if course.kept.left_at is None]
        with reading(self.console.connector.state) as connection:
            found = list_papers(connection, [kept.id for kept in held])
        papers = {kept.id: tuple(papers_of(self.console, kept, found.get(kept.id, ()))) for kept in held}
        return {course.kept.id: papers.get(course.kept.id, ()) for course in courses}

    def _row(self, course: Course, papers: Sequence[tuple[int, Paper]]) -> ItemRow:
        kept, position = course.kept, course.position
        has_left = kept.left_at is not None
        awaited = waiting_for(course, self.now)
        ours = [one for one in awaited if one.duty.agency == self.offices.own]
        next_due = next(iter((*ours, *awaited)), None)
        names = (name for _, paper in papers if (name := child_named_in(paper)) is not None)
        return ItemRow(
            item=kept.id,
            number=kept.number,
            workflow=course.workflow,
            state=LEFT if has_left else Wording(position.state.name_zh, position.state.name_en),
            state_id=position.state.id,
            owner=self.offices.name(position.owner.agency),
            is_ours=not has_left and position.owner.agency == self.offices.own,
            child_name=next(names, None),
            since=position.stays[-1].at,
            due=None if next_due is None else next_due.due,
            span=None if next_due is None else next_due.clock.span,
            overdue=self.is_overdue(course),
            waits_for_us=bool(ours) and not course.is_pending,
            pending=course.is_pending,
            school=kept.school,
        )


def _urgency(row: ItemRow) -> tuple[bool, datetime, datetime, str]:
    return not row.overdue, row.due.at if row.due else _NEVER, row.since, row.item
