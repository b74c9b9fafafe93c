"""Items that pass between offices through a gateway, on SQLite and PostgreSQL: taken once, told where they belong."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import func, select, update

from gateway.log.leaf import parse_leaf
from gateway.persistence.audit_tables import audit_leaf
from gateway.persistence.engine import read_transaction, write_transaction
from gateway.persistence.item_queries import list_due
from gateway.persistence.item_tables import item as item_table
from gateway.persistence.item_tables import item_event, item_paper
from gateway.services.delete_item_papers import PAPERS_KEPT, delete_item_papers
from gateway.services.escalate_items import escalate_items
from keys.protocol.envelopes import envelope_digest
from keys.protocol.item_events import ItemEvent, history_of, verify_item_event
from schemas.base64url import encode_base64url
from schemas.messages.items import OpenedClaims
from schemas.problem import ProblemCode
from schemas.workflows.events import History
from schemas.workflows.load import load_workflows
from schemas.workflows.position import position_of
from schemas.workflows.replay import replay
from schemas.workflows.roles import WorkflowRole
from schemas.working_days import working_calendar
from tests.item_network import (
    BUREAU,
    CITY,
    CIVIL,
    LEAD_BODY,
    OTHER_CIVIL,
    POLICE,
    TOWNSHIP,
    Network,
    open_network,
    refusal,
)
from tests.scenario.gateway_simulator import GATEWAY_ID

SEALED = b"sealed to civil affairs"
LATE = timedelta(days=10)


@pytest.fixture
def network(database_url: str, tmp_path: Path) -> Iterator[Network]:
    with open_network(tmp_path / "gateway", database_url) as network:
        yield network


def _entries(network: Network, item: str) -> list[tuple[str, str | None, str | None, str | None]]:
    """Return type, actor, peer and reason of the entries about an item, in the log's order."""
    with read_transaction(network.gateway.engine) as connection:
        query = select(audit_leaf.c.entry).where(audit_leaf.c.corr == item).order_by(audit_leaf.c.idx)
        events = [parse_leaf(entry).event for entry in connection.scalars(query)]
    return [(str(one.type), one.actor.org if one.actor else None, one.peer, one.reason) for one in events]


def _last_reason(network: Network) -> str | None:
    with read_transaction(network.gateway.engine) as connection:
        reason: str | None = connection.scalar(select(audit_leaf.c.reason).order_by(audit_leaf.c.idx.desc()).limit(1))
    return reason


def _count(network: Network, table: object) -> int:
    with read_transaction(network.gateway.engine) as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0  # type: ignore[arg-type]


def _history(network: Network, office: str, item: str) -> History:
    """Return what an office reads, verified as an office verifies it."""
    members = network.gateway.members.current()

    def find_key(agency: str, key_id: str, at: float) -> object:
        keys = network.gateway.own_keys if agency == GATEWAY_ID else members.keys_of(agency)
        return keys.verification_key(key_id, at)

    tokens = network.document(office, item).events
    events: list[ItemEvent] = [verify_item_event(token, find_key) for token in tokens]  # type: ignore[arg-type]
    history = history_of(events, GATEWAY_ID)
    return replay(load_workflows()[history.workflow], history, network.clock.now(), working_calendar())


def test_a_referral_goes_from_office_to_office_with_its_paper(network: Network) -> None:
    item = network.sent_referral({CIVIL: SEALED})
    network.take(CIVIL, item, "acknowledge")
    network.take(CIVIL, item, "accept")
    network.take(CIVIL, item, "begin")
    network.take(CIVIL, item, "give_result", {BUREAU: b"result"}, reason="served", proof="visit-1")
    network.take(BUREAU, item, "close")
    history = _history(network, BUREAU, item)
    assert position_of(load_workflows()["W6"], history).state.id == "closed"
    assert [one.sealed for one in network.document(BUREAU, item).papers] == [encode_base64url(b"result")]
    assert _entries(network, item)[:7] == [
        ("item.open", BUREAU, GATEWAY_ID, "W6"),
        ("item.act", BUREAU, CIVIL, "W6.send"),
        ("item.act", CIVIL, BUREAU, "W6.acknowledge"),
        ("item.act", CIVIL, BUREAU, "W6.accept"),
        ("item.act", CIVIL, BUREAU, "W6.begin"),
        ("item.act", CIVIL, BUREAU, "W6.give_result"),
        ("item.act", BUREAU, CIVIL, "W6.close"),
    ]


def test_a_reader_gets_the_papers_sealed_to_it_and_no_others(network: Network) -> None:
    item = network.sent_referral({CIVIL: SEALED})
    (paper,) = network.document(CIVIL, item).papers
    assert (paper.event, paper.sealed) == (1, encode_base64url(SEALED))
    assert network.document(BUREAU, item).papers == ()
    assert _entries(network, item)[-2:] == [("item.read", CIVIL, BUREAU, "W6"), ("item.read", BUREAU, GATEWAY_ID, "W6")]


def test_the_same_event_again_is_answered_and_changes_nothing(network: Network) -> None:
    item = network.open(BUREAU)
    claims = network.act(BUREAU, item, "send", {CIVIL: SEALED}, next_office=CIVIL)
    token = network.accept(claims, (SEALED,))
    network.take(CIVIL, item, "acknowledge")
    before = (_count(network, item_event), _count(network, item_paper), len(_entries(network, item)))
    for again in (token, network.sign(claims)):
        answer = network.submit(BUREAU, again, (SEALED,))
        assert answer.status == 200
        assert b'"events":3' in answer.body
    assert (_count(network, item_event), _count(network, item_paper), len(_entries(network, item))) == before


def test_an_event_that_is_not_the_next_one_is_refused(network: Network) -> None:
    item = network.sent_referral()
    network.take(CIVIL, item, "acknowledge")
    first, sent, _ = network.tokens[item]
    for number, prior in ((1, first), (2, sent), (3, sent), (4, sent)):
        late = network.act(CIVIL, item, "accept", number=number, prior=envelope_digest(prior))
        assert network.refuse(late)[0] is ProblemCode.ITEM_CHANGED
    assert len(network.document(CIVIL, item).events) == 3


def test_of_two_steps_at_the_same_moment_one_is_taken_and_the_other_told_to_read_again(network: Network) -> None:
    for _ in range(5):
        item = network.sent_referral()
        acknowledge = network.sign(network.act(CIVIL, item, "acknowledge"))
        withdraw = network.sign(network.act(BUREAU, item, "withdraw", reason="no_longer_needed"))
        together = Barrier(2)

        def submit(office: str, token: str, start: Barrier = together) -> int:
            start.wait()
            return network.submit(office, token).status

        with ThreadPoolExecutor(2) as threads:
            waiting = [threads.submit(submit, *one) for one in ((CIVIL, acknowledge), (BUREAU, withdraw))]
            assert sorted(one.result() for one in waiting) == [200, 409]
        assert len(network.document(BUREAU, item).events) == 3


def test_the_workflow_says_why_it_refuses_and_the_log_too(network: Network) -> None:
    item = network.sent_referral()
    assert network.refuse(network.act(BUREAU, item, "close")) == (ProblemCode.ITEM_REFUSED, "/act/not_now")
    assert _last_reason(network) == "item_refused:not_now"
    teacher = network.act(CIVIL, item, "acknowledge", role=WorkflowRole.SCHOOL_USER)
    assert network.refuse(teacher) == (ProblemCode.ITEM_REFUSED, "/act/not_you")
    future = network.act(CIVIL, item, "acknowledge", at=network.clock.seconds() + 120)
    assert network.refuse(future) == (ProblemCode.ITEM_REFUSED, "/act/in_the_future")
    unknown = network.act(CIVIL, item, "acknowledge")
    network.take(CIVIL, item, "acknowledge", at=unknown.at)
    stranger = network.act(CIVIL, item, "redirect", reason="not_our_duty", next_office="health.990101")
    assert network.refuse(stranger) == (ProblemCode.ITEM_REFUSED, "/act/office_unknown")


def test_a_workflow_of_another_version_is_refused(network: Network) -> None:
    for changed in ({"version": 2}, {"region": "99"}, {"workflow": "W9"}):
        opened = OpenedClaims.model_validate({"workflow": "W6", "version": 1, "region": "00", "seats": {}, **changed})
        claims = network.claims(BUREAU, "3f9a2c1b-0000-4000-8000-000000000001", opened=opened)
        assert network.refuse(claims) == (ProblemCode.ITEM_REFUSED, "/act/workflow_unknown")
    assert _count(network, item_event) == 0


def test_an_item_whose_workflow_was_replaced_waits_for_it(network: Network) -> None:
    item = network.sent_referral()
    with write_transaction(network.gateway.engine) as connection:
        connection.execute(update(item_table).values(version=9))
    assert network.refuse(network.act(CIVIL, item, "acknowledge")) == (
        ProblemCode.ITEM_REFUSED,
        "/act/workflow_unknown",
    )
    assert network.refuse(network.act(POLICE, item, "acknowledge"))[0] is ProblemCode.NO_ITEM
    assert refusal(network.read(CIVIL, item))[0] is ProblemCode.NO_ITEM
    network.clock.ahead += LATE
    assert escalate_items(network.gateway) == 0
    with write_transaction(network.gateway.engine) as connection:
        assert list_due(connection, network.clock.seconds(), 9) == []
        connection.execute(update(item_table).values(version=1))
    network.clock.ahead += timedelta(days=1)
    assert escalate_items(network.gateway) == 2


def test_the_feed_tells_each_change_to_whom_it_concerns(network: Network) -> None:
    item = network.sent_referral()
    other = network.open(BUREAU)
    feed = network.feed(BUREAU)
    assert [(one.item, one.events) for one in feed.items] == [(item, 2), (other, 1)]
    assert not feed.more
    assert [one.item for one in network.feed(BUREAU, feed.items[0].change).items] == [other]
    assert [one.item for one in network.feed(CIVIL).items] == [item]
    assert network.feed(POLICE).items == ()


def test_an_office_hears_that_an_item_left_it_and_sees_it_no_longer(network: Network) -> None:
    item = network.sent_referral({CIVIL: SEALED})
    network.take(CIVIL, item, "acknowledge")
    network.take(CIVIL, item, "redirect", {OTHER_CIVIL: b"on"}, reason="not_our_region", next_office=OTHER_CIVIL)
    seen = network.feed(CIVIL).items[-1].change
    network.take(OTHER_CIVIL, item, "acknowledge")
    assert [one.item for one in network.feed(CIVIL, seen).items] == [item]
    assert refusal(network.read(CIVIL, item)) == (ProblemCode.NO_ITEM, "/item")
    left = network.feed(CIVIL).items[-1].change
    network.take(OTHER_CIVIL, item, "accept")
    assert network.feed(CIVIL, left).items == ()
    assert len(network.document(OTHER_CIVIL, item).events) == 6


def test_what_is_overdue_is_told_to_those_above_once(network: Network) -> None:
    item = network.sent_referral()
    assert escalate_items(network.gateway) == 0
    assert refusal(network.read(CITY, item))[0] is ProblemCode.NO_ITEM
    assert not network.hears(CITY, item)
    network.clock.ahead += LATE
    assert escalate_items(network.gateway) == 2
    assert escalate_items(network.gateway) == 0
    told = [event.to for event in _history(network, CITY, item).events if event.kind == "escalated"]
    assert sorted(told) == ["lead_body", "superior"]
    assert network.hears(CITY, item)
    assert network.hears(LEAD_BODY, item)
    assert network.read(LEAD_BODY, item).status == 200
    reasons = {entry[3] for entry in _entries(network, item) if entry[0] == "item.escalate"}
    assert reasons == {"W6.acknowledge.superior", "W6.acknowledge.lead_body"}
    network.tokens[item] = list(network.document(BUREAU, item).events)
    network.take(CIVIL, item, "acknowledge")


def test_two_workers_that_look_at_the_same_time_tell_once(network: Network) -> None:
    items = [network.sent_referral() for _ in range(3)]
    network.clock.ahead += LATE
    with ThreadPoolExecutor(2) as threads:
        counts = list(threads.map(escalate_items, [network.gateway] * 2))
    assert sum(counts) == 2 * len(items)
    for item in items:
        assert len(network.document(BUREAU, item).events) == 4


def test_an_escalation_to_nobody_registered_is_recorded(network: Network) -> None:
    item = network.open(BUREAU)
    network.clock.ahead += LATE
    assert escalate_items(network.gateway) == 1
    assert [event.kind for event in _history(network, BUREAU, item).events] == ["opened", "escalated"]


def test_papers_go_thirty_days_after_the_end_and_events_stay(network: Network) -> None:
    item, waiting = network.sent_referral({CIVIL: SEALED}), network.sent_referral({CIVIL: SEALED})
    network.take(BUREAU, item, "withdraw", reason="sent_in_error")
    assert delete_item_papers(network.gateway) == 0
    network.clock.ahead += PAPERS_KEPT + timedelta(minutes=1)
    assert delete_item_papers(network.gateway) == 1
    assert delete_item_papers(network.gateway) == 0
    assert len(network.document(BUREAU, item).events) == 3
    assert len(network.document(CIVIL, waiting).papers) == 1


def test_a_report_of_a_school_reaches_police_and_township_and_is_fed_back(network: Network) -> None:
    item = network.open(BUREAU, "W2")
    for office in (POLICE, TOWNSHIP, CIVIL):
        assert network.hears(office, item)
    network.take(POLICE, item, "take_down", role=WorkflowRole.DUTY_OFFICER)
    assert refusal(network.read(BUREAU, item))[0] is ProblemCode.NO_ITEM
    network.take(POLICE, item, "accept", role=WorkflowRole.DUTY_OFFICER)
    network.take(POLICE, item, "give_feedback", {BUREAU: b"feedback"}, role=WorkflowRole.DUTY_OFFICER)
    assert len(network.document(BUREAU, item).papers) == 1
