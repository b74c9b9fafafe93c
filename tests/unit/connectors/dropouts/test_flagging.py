"""Flagging: an item for each pupil, as far as the ledger proves, once, and nothing lost while the gateway is away."""

from collections import Counter

import pytest

from connectors.console.account import Account
from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import list_record
from connectors.console.roles import Role
from connectors.dropouts.absence_ledger import flag_store_of
from connectors.dropouts.dropout_lines import list_dropouts, steps_taken
from connectors.dropouts.flag_worker import flag_worker, work_on_flags
from connectors.dropouts.open_flags import Flagging, flagging_of
from connectors.dropouts.plan_flags import keep_flags, plan_flags
from connectors.items.actions import take_step
from connectors.items.lists import get_item, list_items
from connectors.items.outbox import deliver
from connectors.items.views import ItemScope
from connectors.state.database import reading
from connectors.state.dropout_flags import FlagState
from connectors.state.ledgers import KeptLedger
from tests.item_offices import ItemRelay
from tests.unit.connectors.dropouts.absences import (
    CIVIL_AFFAIRS,
    FIRST_ROW,
    LONG_NAME,
    OTHER_SCHOOL,
    SCHOOL,
    add_officer,
    add_teacher,
    checked,
    number_of,
    row_of,
)


class PowerCutError(Exception):
    """The process ended here."""


@pytest.fixture
def teacher(console: Console) -> Account:
    """Somebody at the school."""
    return add_teacher(console)


def flag(console: Console, kept: KeptLedger) -> int:
    """Flag a ledger's pupils and let the worker do what it can."""
    count = keep_flags(console, kept, CIVIL_AFFAIRS, SCHOOL)
    work_on_flags(console)
    return count


def states(console: Console, account: Account) -> Counter[str]:
    return Counter(line.row.state_id for line in list_dropouts(console, account))


def test_each_pupil_s_item_comes_as_far_as_the_ledger_proves(console: Console, teacher: Account) -> None:
    rows = [
        row_of(1),
        row_of(2, 书面报告编号=None),
        row_of(3, 家访记录编号=None),
        row_of(4, **{"家访/联系次数及最近日期": None}),
        row_of(5, 状态="已复学"),
        row_of(6, 原因=None),
        row_of(7, 身份证件号=number_of(1), 性别="男"),
    ]
    kept = checked(console, rows)
    plan = plan_flags(console, kept)
    assert plan.states == {"reported": 1, "suspected": 1, "noticed": 2}
    assert (plan.left_out, plan.dealt_with) == ((FIRST_ROW + 5, FIRST_ROW + 6), 1)
    assert flag(console, kept) == 4
    assert states(console, teacher) == plan.states
    store = flag_store_of(console.connector)
    assert {one.state for one in store.of_ledger(kept.id)} == {FlagState.DONE}
    first = next(line for line in list_dropouts(console, teacher) if line.row.state_id == "reported")
    assert [(one.transition, one.proof, one.reason) for one in steps_taken(console, first.row.item)] == [
        ("contact_parents", None, None),
        ("visit_home", "JF-2026-001", None),
        ("suspect", None, None),
        ("report", "BG-2026-001", "family_or_guardianship"),
    ]
    assert first.name == LONG_NAME
    with reading(console.connector.state) as connection:
        recorded = [one for one in list_record(connection) if one.action is Action.DROPOUT_FLAGGED]
    assert len(recorded) == 4


def test_no_exact_reason_and_no_name_leaves_education(console: Console, relay: ItemRelay, teacher: Account) -> None:
    del teacher
    flag(console, checked(console, [row_of(1, 原因="R13")]))
    (course,) = relay.items.values()
    assert course.papers == []
    told = course.events[-1].claims
    assert told.act is not None
    assert told.act.reason == "unknown"
    assert not any(LONG_NAME in event.token or "R13" in event.token for event in course.events)


def test_a_pupil_is_flagged_once_until_the_entry_is_closed(
    console: Console, relay: ItemRelay, teacher: Account
) -> None:
    assert flag(console, checked(console, [row_of(1, 书面报告编号=None, 家访记录编号=None)])) == 1
    again = checked(console, [row_of(1), row_of(2)])
    assert plan_flags(console, again).left_out == (FIRST_ROW,)
    assert flag(console, again) == 1
    (first,) = [line for line in list_dropouts(console, teacher) if line.row.state_id == "noticed"]
    take_step(console, teacher, first.row.item, "attends_again")
    assert not relay.is_away
    third = checked(console, [row_of(1), row_of(2)])
    assert plan_flags(console, third).left_out == (FIRST_ROW + 1,)


def test_two_who_flag_at_once_flag_a_pupil_once(console: Console, teacher: Account) -> None:
    one, other = checked(console, [row_of(1)]), checked(console, [row_of(1)])
    assert keep_flags(console, one, CIVIL_AFFAIRS, SCHOOL) == 1
    assert keep_flags(console, one, CIVIL_AFFAIRS, SCHOOL) == 0
    assert keep_flags(console, other, CIVIL_AFFAIRS, SCHOOL) == 0
    work_on_flags(console)
    assert len(list_dropouts(console, teacher)) == 1


def test_while_the_gateway_is_away_flags_wait_and_then_go_on(
    console: Console, relay: ItemRelay, teacher: Account
) -> None:
    kept = checked(console, [row_of(pupil) for pupil in range(1, 4)])
    relay.is_away = True
    flag(console, kept)
    store = flag_store_of(console.connector)
    assert {one.state for one in store.of_ledger(kept.id)} == {FlagState.WAITING}
    relay.is_away = False
    deliver(console)
    work_on_flags(console)
    assert {one.state for one in store.of_ledger(kept.id)} == {FlagState.DONE}
    assert states(console, teacher) == {"reported": 3}
    assert len(relay.items) == 3


@pytest.mark.parametrize("is_opened", [True, False])
def test_a_crash_while_an_item_is_opened_opens_no_second_one(
    console: Console, teacher: Account, monkeypatch: pytest.MonkeyPatch, *, is_opened: bool
) -> None:
    kept = checked(console, [row_of(1)])
    keep_flags(console, kept, CIVIL_AFFAIRS, SCHOOL)
    flagging = flagging_of(console)

    def die(*_: object, **__: object) -> None:
        raise PowerCutError

    with monkeypatch.context() as patched:
        name = "connectors.dropouts.open_flags.record_in" if is_opened else "connectors.dropouts.open_flags.open_item"
        patched.setattr(name, die)
        with pytest.raises(PowerCutError):
            flagging.work_on(flagging.store.waiting()[0])
    if is_opened:  # the crash came before the item's id was noted
        (flag_,) = flagging.store.waiting()
        flagging.store.note(flag_.id, FlagState.OPENING, item_id=None)
    Flagging(console, flagging.store).work_on(flagging.store.waiting()[0])
    assert states(console, teacher) == {"reported": 1}


def test_the_worker_ends_when_nobody_waits(console: Console, teacher: Account) -> None:
    worker = flag_worker(console, retry_seconds=0.01)
    worker.go_on()
    keep_flags(console, checked(console, [row_of(1)]), CIVIL_AFFAIRS, SCHOOL)
    worker.go_on()
    worker.wait(30)
    assert flag_store_of(console.connector).waiting() == []
    assert states(console, teacher) == {"reported": 1}


def test_a_school_sees_its_own_pupils_alone_and_the_county_all(console: Console, teacher: Account) -> None:
    flag(console, checked(console, [row_of(1)]))
    elsewhere = add_teacher(console, "ma.li", OTHER_SCHOOL)
    owner = add_officer(console, "case.owner", Role.CASE_OWNER)
    assert list_dropouts(console, elsewhere) == []
    assert [line.school for line in list_dropouts(console, owner)] == [SCHOOL]
    assert list_items(console, elsewhere, scope=ItemScope.ALL) == []
    assert repr(list_dropouts(console, teacher)).count(LONG_NAME) == 0


def test_nothing_of_a_pupil_rests_in_clear(console: Console, teacher: Account) -> None:
    flag(console, checked(console, [row_of(1)]))
    assert len(list_dropouts(console, teacher)) == 1
    kept = b"".join(path.read_bytes() for path in console.connector.folder.rglob("*") if path.is_file())
    assert SCHOOL.encode() in kept
    for text in (LONG_NAME, number_of(1), "13800000001", "白马乡三村", "R02"):
        assert text.encode() not in kept


def test_a_step_that_was_refused_is_told(console: Console, teacher: Account) -> None:
    kept = checked(console, [row_of(1)])
    keep_flags(console, kept, "disabled_federation.990101", SCHOOL)
    work_on_flags(console)
    (refused,) = flag_store_of(console.connector).of_ledger(kept.id)
    assert (refused.state, refused.item, refused.failure) == (FlagState.REFUSED, None, "office_unknown")
    assert plan_flags(console, checked(console, [row_of(1)])).left_out == ()
    assert list_dropouts(console, teacher) == []


def test_an_item_s_own_paper_holds_the_pupil(console: Console, teacher: Account) -> None:
    flag(console, checked(console, [row_of(1)]))
    (line,) = list_dropouts(console, teacher)
    view = get_item(console, teacher, line.row.item)
    ((_, paper),) = view.papers
    assert paper.kind == "dropout"
    assert paper.child.citizen_id == number_of(1)
    assert (paper.absent_days, paper.reason_code) == (7, None)
