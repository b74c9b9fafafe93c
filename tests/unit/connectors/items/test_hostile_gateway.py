"""A gateway that shows another item than the offices recorded is not believed, and an alert says so."""

import json
import os
from collections.abc import Callable
from datetime import timedelta

import pytest

from connectors.console.roles import Role
from connectors.items.actions import take_step
from connectors.items.errors import ItemNotFoundError
from connectors.items.lists import get_item, list_items
from connectors.items.offices import OfficeKeys
from connectors.items.sealed_papers import Place, seal_paper
from connectors.items.synchronise import synchronise
from connectors.items.views import ItemScope
from connectors.state.alerts import list_alerts
from keys.crypto.signing import generate_signing_key
from keys.protocol.envelopes import envelope_digest, read_unverified
from keys.protocol.item_events import sign_item_event
from schemas.base64url import decode_base64url, encode_base64url
from schemas.message import Message
from schemas.messages.items import (
    MAX_ITEM_EVENT_CHARACTERS,
    ActClaims,
    EscalatedClaims,
    HeldPaper,
    ItemChange,
    ItemDocument,
    ItemEventClaims,
    ItemFeedAnswer,
)
from schemas.workflows.clock import Above
from schemas.workflows.roles import WorkflowRole
from tests.item_offices import GATEWAY
from tests.unit.connectors.items.items_gateway import BUREAU, CIVIL, FEDERATION, County
from tests.unit.connectors.items.test_papers import CLEAR, PAPERS
from tests.unit.connectors.items.test_referral import REFERRAL, RESULT, send_referral

Change = Callable[[County, ItemDocument], ItemDocument]


def next_claims(document: ItemDocument, **changes: object) -> ItemEventClaims:
    """Return the claims of an act that would fit after a document's last event."""
    last = read_unverified(ItemEventClaims, document.events[-1], MAX_ITEM_EVENT_CHARACTERS)
    claims = ItemEventClaims(
        issuer=CIVIL,
        item=document.item,
        number=len(document.events),
        prior=envelope_digest(document.events[-1]),
        at=last.at,
        role=WorkflowRole.CASE_OWNER,
        officer="case-owner",
        act=ActClaims(transition="acknowledge"),
    )
    return claims.model_copy(update=changes)


def with_event(document: ItemDocument, token: str) -> ItemDocument:
    return document.model_copy(update={"events": (*document.events, token)})


def signed_by_the_gateway(county: County, document: ItemDocument) -> ItemDocument:
    return with_event(document, sign_item_event(county.gateway.key, next_claims(document)))


def signed_by_a_stranger(county: County, document: ItemDocument) -> ItemDocument:
    return with_event(document, sign_item_event(generate_signing_key(os.urandom), next_claims(document)))


def signed_by_another_office(county: County, document: ItemDocument) -> ItemDocument:
    claims = next_claims(document, issuer=FEDERATION)
    return with_event(document, sign_item_event(county[FEDERATION].connector.signing_key(), claims))


def escalated_before_its_time(county: County, document: ItemDocument) -> ItemDocument:
    told = EscalatedClaims(clock="begin", step="superior", run=0, to=Above.SUPERIOR, agency=CIVIL)
    claims = next_claims(document, issuer=GATEWAY, role=None, officer=None, act=None, escalated=told)
    return with_event(document, sign_item_event(county.gateway.key, claims))


def without_the_last(county: County, document: ItemDocument) -> ItemDocument:
    return document.model_copy(update={"events": document.events[:-1]})


def without_the_first(county: County, document: ItemDocument) -> ItemDocument:
    return document.model_copy(update={"events": document.events[1:]})


def in_another_order(county: County, document: ItemDocument) -> ItemDocument:
    return document.model_copy(update={"events": document.events[::-1]})


def with_a_spoilt_signature(county: County, document: ItemDocument) -> ItemDocument:
    head, payload, signature = document.events[0].split(".")
    spoilt = bytearray(decode_base64url(signature))
    spoilt[5] ^= 1
    token = f"{head}.{payload}.{encode_base64url(bytes(spoilt))}"
    return document.model_copy(update={"events": (token, *document.events[1:])})


def with_changed_claims(county: County, document: ItemDocument) -> ItemDocument:
    head, payload, signature = document.events[1].split(".")
    claims = json.loads(decode_base64url(payload))
    claims["act"]["next_office"] = FEDERATION
    changed = encode_base64url(json.dumps(claims, separators=(",", ":")).encode())
    return document.model_copy(update={"events": (document.events[0], f"{head}.{changed}.{signature}")})


def under_another_id(county: County, document: ItemDocument) -> ItemDocument:
    return document.model_copy(update={"item": "3f9a2c1b-0d2e-4c55-9b7e-1f2a3b4c5d6e"})


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (signed_by_the_gateway, "unknown_key"),
        (signed_by_a_stranger, "unknown_key"),
        (signed_by_another_office, "against_the_rules"),
        (escalated_before_its_time, "against_the_rules"),
        (without_the_first, "broken_chain"),
        (in_another_order, "broken_chain"),
        (with_a_spoilt_signature, "bad_signature"),
        (with_changed_claims, "bad_signature"),
        (under_another_id, "another_item"),
    ],
)
def test_a_history_that_does_not_verify_is_not_kept(county: County, change: Change, reason: str) -> None:
    item = send_referral(county)
    civil = county[CIVIL]
    holder = civil.account(Role.CASE_OWNER)
    county.gateway.change = lambda answer: change(county, answer) if isinstance(answer, ItemDocument) else answer
    assert synchronise(civil.console).refused == 1
    assert not list_items(civil.console, holder, scope=ItemScope.ALL)
    with pytest.raises(ItemNotFoundError):
        get_item(civil.console, holder, item)
    assert [(code, subject) for _, code, subject in list_alerts(civil.connector.state)] == [
        ("item_not_verified", f"{item} {reason}")
    ]


def test_what_was_kept_stays_where_the_gateway_takes_something_back(county: County) -> None:
    item = send_referral(county)
    civil = county[CIVIL]
    holder = civil.account(Role.CASE_OWNER)
    synchronise(civil.console)
    before = get_item(civil.console, holder, item)
    county.gateway._note_change(item, ())
    county.gateway.items[item].events.pop()
    county.gateway._readers = lambda course: {CIVIL}  # type: ignore[method-assign]
    assert synchronise(civil.console).refused == 1
    assert get_item(civil.console, holder, item).lines == before.lines
    assert [code for _, code, _ in list_alerts(civil.connector.state)] == ["item_history_rewritten"]


def test_another_history_of_the_same_length_is_not_believed(county: County) -> None:
    item = send_referral(county)
    bureau, civil = county[BUREAU], county[CIVIL]
    synchronise(civil.console)
    take_step(civil.console, civil.account(Role.CASE_OWNER), item, "acknowledge")
    # The bureau's key signs a withdrawal in the place of what civil affairs recorded: both verify by themselves.
    document = ItemDocument(item=item, events=tuple(e.token for e in county.gateway.items[item].events[:2]), papers=())
    claims = next_claims(document, issuer=BUREAU, act=ActClaims(transition="withdraw", reason="sent_in_error"))
    forked = with_event(document, sign_item_event(bureau.connector.signing_key(), claims))
    fed = ItemFeedAnswer(items=(ItemChange(item=item, events=4, change=99),), more=False)
    county.gateway.change = lambda answer: forked if isinstance(answer, ItemDocument) else fed
    assert synchronise(civil.console).refused == 1
    assert get_item(civil.console, civil.account(Role.CASE_OWNER), item).row.state_id == "acknowledged"


def paper_of(county: County, document: ItemDocument, **changes: object) -> HeldPaper:
    place = Place(document.item, 1, BUREAU, CIVIL)
    sealed = seal_paper(RESULT, place, OfficeKeys(county[BUREAU].console).opening_key(CIVIL), os.urandom)
    return HeldPaper(event=1, sealed=sealed.text).model_copy(update=changes)


@pytest.mark.parametrize(
    ("papers", "faults"),
    [
        (lambda county, found: (), ["missing"]),
        (lambda county, found: (paper_of(county, found),), ["differs"]),
        (lambda county, found: (paper_of(county, found, event=7),), ["differs", "missing"]),
        (lambda county, found: (found.papers[0].model_copy(update={"event": 0}),), ["differs", "missing"]),
    ],
)
def test_a_paper_that_is_not_the_stated_one_is_left_out(
    county: County, papers: Callable[[County, ItemDocument], tuple[HeldPaper, ...]], faults: list[str]
) -> None:
    item = send_referral(county)
    civil = county[CIVIL]
    county.gateway.change = lambda answer: (
        answer.model_copy(update={"papers": papers(county, answer)}) if isinstance(answer, ItemDocument) else answer
    )
    assert synchronise(civil.console).read == 1
    view = get_item(civil.console, civil.account(Role.CASE_OWNER), item)
    assert (view.papers, view.row.child_name, view.row.state_id) == ((), None, "sent")
    alerts = list_alerts(civil.connector.state)
    assert [code for _, code, _ in alerts] == [f"item_paper_{fault}" for fault in faults]
    assert not [clear for clear in CLEAR for _, _, subject in alerts if clear in subject]


def test_a_feed_that_goes_round_is_not_followed(county: County) -> None:
    item = send_referral(county)
    civil = county[CIVIL]

    def round_and_round(answer: Message) -> Message:
        if isinstance(answer, ItemFeedAnswer):
            return ItemFeedAnswer(items=(ItemChange(item=item, events=2, change=2),) * 2, more=True)
        return answer

    county.gateway.change = round_and_round
    count = synchronise(civil.console)
    assert (count.read, count.is_complete) == (1, False)
    county.gateway.change = lambda answer: answer
    assert synchronise(civil.console).is_complete


def test_another_paper_than_the_step_s_is_opened_nowhere(county: County) -> None:
    """What is sealed for one event does not open as another's, even with the digest that the event states."""
    item = send_referral(county)
    kept = county.gateway.items[item]
    civil = county[CIVIL]
    place = Place(item, 1, FEDERATION, CIVIL)
    key = OfficeKeys(county[BUREAU].console).opening_key(CIVIL)
    sealed = seal_paper(PAPERS[0], place, key, os.urandom)
    document = ItemDocument(item=item, events=tuple(event.token for event in kept.events[:1]), papers=())
    claims = next_claims(
        document,
        issuer=BUREAU,
        act=ActClaims(transition="send", next_office=CIVIL),
        papers=(sealed.ref,),
    )
    token = sign_item_event(county[BUREAU].connector.signing_key(), claims)
    shown = with_event(document, token).model_copy(update={"papers": (HeldPaper(event=1, sealed=sealed.text),)})
    county.gateway.change = lambda answer: shown if isinstance(answer, ItemDocument) else answer
    assert synchronise(civil.console).read == 1
    assert get_item(civil.console, civil.account(Role.CASE_OWNER), item).papers == ()
    assert [code for _, code, _ in list_alerts(civil.connector.state)] == ["item_paper_unreadable"]


def test_a_gateway_that_is_away_stops_nothing_else(county: County) -> None:
    item = send_referral(county)
    civil = county[CIVIL]
    holder = civil.account(Role.CASE_OWNER)
    synchronise(civil.console)
    county.gateway.is_away = True
    assert synchronise(civil.console).is_complete is False
    county.pass_time(minutes=5)
    assert get_item(civil.console, holder, item).row.child_name == "赵小树"
    county.pass_time(days=8)
    (row,) = list_items(civil.console, holder, scope=ItemScope.ALL)
    assert row.owner.zh == BUREAU
    assert timedelta(0) < civil.console.now() - row.since
    assert get_item(civil.console, holder, item).papers[0][1] == REFERRAL
