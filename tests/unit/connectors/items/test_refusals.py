"""Steps that were refused: seen with their reason by those concerned, taken off with a reason that is recorded."""

import pytest

from connectors.console.account import Account
from connectors.console.actions import Action
from connectors.console.record import list_record
from connectors.console.roles import Role
from connectors.items.actions import open_item, take_step
from connectors.items.errors import ItemNotFoundError
from connectors.items.lists import get_item
from connectors.items.papers import child_named_in
from connectors.items.refusals import DismissReason, dismiss_refusal, list_refusals
from connectors.items.synchronise import synchronise
from connectors.state.database import reading, writing
from connectors.state.item_outbox import find_waiting, note_refused
from connectors.web.app import create_console_app
from schemas.workflows.refusal import REFUSAL_WORDINGS, RefusalCode
from tests.unit.connectors.desk.desk_pages import browser_of
from tests.unit.connectors.items.items_gateway import BUREAU, CIVIL, County
from tests.unit.connectors.items.test_referral import REFERRAL, send_referral

HOLDER = Account("holder", "阿卜杜热合曼·买买提", frozenset({Role.CASE_OWNER}))
WATCHER = Account("watcher", "王安", frozenset({Role.SUPERVISOR}))


@pytest.fixture
def refused(county: County) -> str:
    """A referral whose acknowledgement by civil affairs was refused, since it was withdrawn in between."""
    item = send_referral(county)
    civil = county[CIVIL]
    synchronise(civil.console)
    county.gateway.is_away = True
    take_step(civil.console, HOLDER, item, "acknowledge")
    refuse(county, CIVIL, item)
    county.gateway.is_away = False
    return item


def refuse(county: County, agency: str, item: str) -> None:
    """Let the step of an item be refused, as when the gateway says so."""
    with writing(county[agency].connector.state) as connection:
        waiting = find_waiting(connection, item)
        assert waiting is not None
        note_refused(connection, item, waiting.token, RefusalCode.NOT_NOW.value)


def test_a_refused_step_is_listed_with_its_reason_and_taken_off_with_another(county: County, refused: str) -> None:
    civil = county[CIVIL].console
    (found,) = list_refusals(civil, HOLDER)
    assert (found.row.item, found.step.zh, found.why) == (refused, "签收", REFUSAL_WORDINGS[RefusalCode.NOT_NOW])
    assert (found.officer, found.is_never_opened) == (HOLDER.id, False)
    dismiss_refusal(civil, HOLDER, refused, DismissReason.NOT_NEEDED)
    assert list_refusals(civil, HOLDER) == []
    assert get_item(civil, HOLDER, refused).problem is None
    with reading(civil.connector.state) as connection:
        (line,) = [one for one in list_record(connection, refused) if one.action is Action.REFUSAL_DISMISSED]
    assert (line.account, line.detail) == (HOLDER.id, "not_needed")
    with pytest.raises(ItemNotFoundError):
        dismiss_refusal(civil, HOLDER, refused, DismissReason.NOT_NEEDED)


def test_an_item_that_was_never_opened_goes_with_its_step(county: County) -> None:
    bureau = county[BUREAU].console
    county.gateway.is_away = True
    item = open_item(bureau, HOLDER, "W6", {}, REFERRAL)
    refuse(county, BUREAU, item)
    (found,) = list_refusals(bureau, HOLDER)
    assert found.is_never_opened
    dismiss_refusal(bureau, HOLDER, item, DismissReason.IN_ERROR)
    with pytest.raises(ItemNotFoundError):
        get_item(bureau, HOLDER, item)


def test_the_page_wants_a_reason_and_shows_others_nothing(county: County, refused: str) -> None:
    civil = county[CIVIL].console
    app = create_console_app(civil)
    holder, watcher = browser_of(app, civil, HOLDER), browser_of(app, civil, WATCHER)
    page = holder.get("/desk/items/refused")
    assert (child_named_in(REFERRAL) or "nobody") in page
    assert "/desk/items/refused" in holder.get(f"/desk/items/{refused}")
    assert "没有被退回的步骤" in watcher.get("/desk/items/refused")
    assert "请选择撤下的理由" in holder.post(f"/desk/items/{refused}/refusal", {"reason": "whatever"}, page)
    assert holder.status == 422
    watcher.post(f"/desk/items/{refused}/refusal", {"reason": "not_needed"}, watcher.get("/desk/items"))
    assert watcher.status == 404
    assert "已撤下" in holder.post(f"/desk/items/{refused}/refusal", {"reason": "taken_again"}, page)
    assert "没有被退回的步骤" in holder.get("/desk/items/refused")
