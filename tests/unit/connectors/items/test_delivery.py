"""Steps on their way: nothing is lost without the gateway, nothing counts twice, and what came first comes first."""

import pytest

from connectors.console.roles import Role
from connectors.gateway_client import GatewayUnreachableError
from connectors.items.actions import open_item, take_step
from connectors.items.errors import StepFault, StepRefusedError
from connectors.items.lists import get_item, list_items
from connectors.items.offices import OfficeKeys
from connectors.items.outbox import DeliveryCount, deliver, discard_old_refusals
from connectors.items.papers import ReferralPaper
from connectors.items.refusals import DismissReason, dismiss_refusal
from connectors.items.synchronise import exchange_items, synchronise
from connectors.items.views import ItemScope
from keys.protocol.key_chain import UntrustedKeyError
from schemas.envelope import MessageType
from schemas.messages.items import ItemSubmitAnswer
from schemas.problem import ProblemCode, ProblemError
from schemas.workflows.refusal import REFUSAL_WORDINGS, RefusalCode
from tests.unit.connectors.items.items_gateway import BUREAU, CIVIL, POLICE, TOWNSHIP, County
from tests.unit.connectors.items.test_papers import CLEAR, PAPERS
from tests.unit.connectors.items.test_referral import REFERRAL, RESULT, send_referral


def accepted_referral(county: County) -> str:
    """Return a referral that civil affairs has acknowledged."""
    item = send_referral(county)
    synchronise(county[CIVIL].console)
    take_step(county[CIVIL].console, county[CIVIL].account(Role.CASE_OWNER), item, "acknowledge")
    return item


def test_an_item_opened_without_the_gateway_is_delivered_later(county: County) -> None:
    bureau = county[BUREAU]
    officer = bureau.account(Role.CASE_OWNER)
    county.gateway.is_away = True
    item = open_item(bureau.console, officer, "W6", {}, REFERRAL)
    view = get_item(bureau.console, officer, item)
    assert (view.row.pending, view.row.child_name, view.steps) == (True, "赵小树", ())
    assert [line.pending for line in view.lines] == [True]
    with pytest.raises(StepRefusedError) as caught:
        take_step(bureau.console, officer, item, "send", next_office=CIVIL, own=REFERRAL)
    assert caught.value.code is StepFault.STILL_TO_BE_SENT
    assert deliver(bureau.console).waiting == 1
    with pytest.raises(GatewayUnreachableError):
        exchange_items(bureau.console)
    restarted = county.restart(BUREAU)
    county.gateway.is_away = False
    exchange_items(restarted.console)
    view = get_item(restarted.console, officer, item)
    assert (view.row.pending, view.row.state_id, len(view.papers)) == (False, "draft", 1)
    assert len(county.gateway.items[item].events) == 1


def test_a_lost_answer_does_not_count_twice(county: County) -> None:
    item = accepted_referral(county)
    civil = county[CIVIL]
    holder = civil.account(Role.CASE_OWNER)
    county.gateway.loses_answers = True
    take_step(civil.console, holder, item, "accept")
    assert get_item(civil.console, holder, item).row.pending
    county.gateway.loses_answers = False
    assert deliver(civil.console).delivered == 1
    assert deliver(civil.console) == DeliveryCount(0, 0, 0)
    assert len(county.gateway.items[item].events) == 4
    assert get_item(civil.console, holder, item).row.state_id == "accepted"


def test_a_lost_answer_is_found_by_reading_the_item_too(county: County) -> None:
    item = accepted_referral(county)
    civil = county[CIVIL]
    holder = civil.account(Role.CASE_OWNER)
    for step in ("accept", "begin"):
        take_step(civil.console, holder, item, step)
    county.gateway.loses_answers = True
    take_step(civil.console, holder, item, "give_result", reason="served", proof="result-1", own=RESULT)
    county.gateway.loses_answers = False
    assert synchronise(civil.console).read == 1
    view = get_item(civil.console, holder, item)
    assert (view.row.pending, view.row.state_id, view.papers[-1]) == (False, "result_given", (5, RESULT))


def test_a_step_that_still_fits_is_signed_anew_on_top_of_what_came_first(county: County) -> None:
    item = accepted_referral(county)
    bureau, civil = county[BUREAU], county[CIVIL]
    sender, holder = bureau.account(Role.CASE_OWNER), civil.account(Role.CASE_OWNER)
    for step in ("accept", "begin"):
        take_step(civil.console, holder, item, step)
    county.pass_time(days=60)
    county.gateway.is_away = True
    take_step(civil.console, holder, item, "give_result", reason="served", proof="result-1", own=RESULT)
    county.gateway.is_away = False
    county.gateway.escalate()
    told = len(county.gateway.items[item].events) - 5
    assert told > 0
    assert deliver(civil.console).delivered == 1
    view = get_item(civil.console, holder, item)
    assert (view.row.state_id, len(view.escalations)) == ("result_given", told)
    assert view.papers[-1] == (5 + told, RESULT)
    synchronise(bureau.console)
    assert get_item(bureau.console, sender, item).papers[-1] == (5 + told, RESULT)


def test_a_step_that_no_longer_fits_is_refused_in_the_workflow_s_words(county: County) -> None:
    item = send_referral(county)
    bureau, civil = county[BUREAU], county[CIVIL]
    sender, holder = bureau.account(Role.CASE_OWNER), civil.account(Role.CASE_OWNER)
    synchronise(civil.console)
    county.gateway.is_away = True
    take_step(civil.console, holder, item, "acknowledge")
    county.gateway.is_away = False
    take_step(bureau.console, sender, item, "withdraw", reason="sent_in_error")
    assert deliver(civil.console).refused == 1
    assert deliver(civil.console).refused == 0
    assert county.gateway.state(item) == "withdrawn"
    view_rows = list_items(civil.console, holder, scope=ItemScope.CLOSED)
    assert [row.item for row in view_rows] == [item]
    view = get_item(civil.console, holder, item)
    assert view.problem is not None
    dismiss_refusal(civil.console, holder, item, DismissReason.NOT_NEEDED)
    assert get_item(civil.console, holder, item).problem is None


def test_of_two_offices_that_accept_the_first_has_it(county: County) -> None:
    """The other's step is judged before it is sent again, and its refusal stays to be seen."""
    police, civil = county[POLICE], county[CIVIL]
    officer, other = police.account(Role.DUTY_OFFICER), civil.account(Role.CASE_OWNER)
    seats = {"police": POLICE, "township": TOWNSHIP, "civil_affairs": CIVIL}
    item = open_item(police.console, officer, "W2", seats, PAPERS[3])
    take_step(police.console, officer, item, "take_down")
    synchronise(civil.console)
    county.gateway.is_away = True
    take_step(civil.console, other, item, "accept")
    county.gateway.is_away = False
    take_step(police.console, officer, item, "accept")
    sent = county.gateway.received.count(MessageType.ITEM_SUBMIT)
    assert deliver(civil.console).refused == 1
    assert county.gateway.received.count(MessageType.ITEM_SUBMIT) == sent + 1
    view = get_item(civil.console, other, item)
    assert (view.row.state_id, view.row.owner.zh, view.row.pending) == ("accepted", "童安县公安局", False)
    assert view.problem == REFUSAL_WORDINGS[RefusalCode.NOT_NOW]


def test_a_refusal_at_once_leaves_nothing(county: County) -> None:
    item = accepted_referral(county)
    civil = county[CIVIL]
    holder = civil.account(Role.CASE_OWNER)

    def refusing(answer: object) -> ItemSubmitAnswer:
        raise ProblemError(ProblemCode.ITEM_REFUSED, f"/act/{RefusalCode.TOO_EARLY.value}")

    county.gateway.change = refusing  # type: ignore[assignment]
    with pytest.raises(StepRefusedError) as caught:
        take_step(civil.console, holder, item, "accept")
    assert caught.value.code is RefusalCode.TOO_EARLY
    with pytest.raises(StepRefusedError):
        open_item(civil.console, holder, "W6", {}, REFERRAL)
    county.gateway.change = lambda answer: answer
    assert [row.item for row in list_items(civil.console, holder, scope=ItemScope.ALL)] == [item]
    assert not get_item(civil.console, holder, item).row.pending


@pytest.mark.parametrize("code", [ProblemCode.OVERLOADED, ProblemCode.AUDIT_UNAVAILABLE, ProblemCode.UNKNOWN_KEY])
def test_what_may_pass_is_sent_again(county: County, code: ProblemCode) -> None:
    item = accepted_referral(county)
    civil = county[CIVIL]
    holder = civil.account(Role.CASE_OWNER)

    def failing(answer: object) -> ItemSubmitAnswer:
        raise ProblemError(code)

    county.gateway.change = failing  # type: ignore[assignment]
    take_step(civil.console, holder, item, "accept")
    assert get_item(civil.console, holder, item).row.pending
    county.gateway.change = lambda answer: answer
    assert deliver(civil.console).delivered == 1


def test_two_officers_at_once_take_one_step(county: County) -> None:
    item = accepted_referral(county)
    civil, other = county[CIVIL], county[CIVIL]
    holder, colleague = civil.account(Role.CASE_OWNER), civil.account(Role.CHILD_SUPERVISOR)

    def meanwhile(message_type: MessageType) -> None:
        if message_type is MessageType.ITEM_SUBMIT:
            county.gateway.before = lambda _: None
            with pytest.raises(StepRefusedError) as caught:
                take_step(other.console, colleague, item, "accept")
            assert caught.value.code is StepFault.STILL_TO_BE_SENT

    county.gateway.before = meanwhile
    take_step(civil.console, holder, item, "accept")
    assert len(county.gateway.items[item].events) == 4


def test_an_office_without_a_key_gets_nothing(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    bureau = county[BUREAU]
    officer = bureau.account(Role.CASE_OWNER)
    item = open_item(bureau.console, officer, "W6", {}, REFERRAL)

    def none(keys: OfficeKeys, agency: str) -> bytes:
        raise UntrustedKeyError(agency, "not_stated")

    monkeypatch.setattr(OfficeKeys, "opening_key", none)
    with pytest.raises(StepRefusedError) as caught:
        take_step(bureau.console, officer, item, "send", next_office=CIVIL, own=REFERRAL)
    assert caught.value.code is StepFault.OFFICE_WITHOUT_KEY
    assert get_item(bureau.console, officer, item).row.state_id == "draft"
    monkeypatch.undo()
    take_step(bureau.console, officer, item, "send", next_office=CIVIL, own=REFERRAL)


def test_what_waits_rests_sealed(county: County) -> None:
    bureau = county[BUREAU]
    county.gateway.is_away = True
    open_item(bureau.console, bureau.account(Role.CASE_OWNER), "W6", {}, REFERRAL)
    assert isinstance(REFERRAL, ReferralPaper)
    for path in bureau.connector.folder.iterdir():
        content = path.read_bytes() if path.is_file() else b""
        assert not [clear for clear in CLEAR if clear.encode() in content and len(clear) > 1]


def test_a_refused_opening_is_seen_for_a_month(county: County) -> None:
    bureau = county[BUREAU]
    officer = bureau.account(Role.CASE_OWNER)
    county.gateway.is_away = True
    item = open_item(bureau.console, officer, "W6", {}, REFERRAL)
    county.gateway.is_away = False

    def refusing(answer: object) -> ItemSubmitAnswer:
        raise ProblemError(ProblemCode.ITEM_REFUSED, f"/act/{RefusalCode.WORKFLOW_UNKNOWN.value}")

    county.gateway.change = refusing  # type: ignore[assignment]
    assert deliver(bureau.console).refused == 1
    view = get_item(bureau.console, officer, item)
    assert (view.row.pending, view.steps) == (False, ())
    assert view.problem is not None
    assert [row.item for row in list_items(bureau.console, officer, scope=ItemScope.WAITING)] == [item]
    assert discard_old_refusals(bureau.connector) == 0
    county.gateway.change = lambda answer: answer
    county.pass_time(days=31)
    assert discard_old_refusals(bureau.connector) == 1
    assert not list_items(bureau.console, officer, scope=ItemScope.ALL)
