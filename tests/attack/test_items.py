"""Items between offices under attack: forged, replayed, out of order, by the wrong office, with papers of others.

The attacker is a member with keys of its own, or whoever holds the gateway's database.
"""

import os
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from gateway.persistence.audit_tables import audit_leaf
from gateway.persistence.engine import read_transaction
from gateway.persistence.item_tables import item_event, item_paper
from gateway.services.judge_item_event import MAX_PAPERS_OF_OFFICE
from gateway.settings import DATABASE_FILE
from keys.crypto.sealing import opening_public_key, seal
from keys.protocol.envelopes import envelope_digest
from schemas.envelope import ENVELOPE_HEADER, MessageType
from schemas.formats import digest_of
from schemas.message import Message
from schemas.messages.items import (
    MAX_ITEM_EVENT_CHARACTERS,
    MAX_ITEM_SUBMIT_BYTES,
    MAX_PAPERS_OF_EVENT,
    MAX_SEALED_PAPER_CHARACTERS,
    EscalatedClaims,
    ItemSubmit,
    PaperRef,
)
from schemas.problem import MAX_PROBLEM_BYTES, Problem, ProblemCode
from schemas.workflows.clock import Above
from schemas.workflows.roles import WorkflowRole
from tests.attack.clear_values import Secrets
from tests.item_network import BUREAU, CITY, CIVIL, OTHER_CIVIL, POLICE, Network, open_network, refusal
from tests.scenario.gateway_simulator import GATEWAY_ID, PATHS

PAPER = b"sealed bytes"
NAME, CITIZEN_ID, PHONE, REPORTER = "欧阳测试", "990101201503070011", "13900000000", "证人某某"


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Network]:
    with open_network(tmp_path / "gateway") as network:
        yield network


def _stored(network: Network) -> tuple[int, int]:
    with read_transaction(network.gateway.engine) as connection:
        events = connection.scalar(select(func.count()).select_from(item_event)) or 0
        return events, connection.scalar(select(func.count()).select_from(item_paper)) or 0


def _last_entry(network: Network) -> tuple[str, str | None]:
    with read_transaction(network.gateway.engine) as connection:
        query = select(audit_leaf.c.type, audit_leaf.c.actor_org).order_by(audit_leaf.c.idx.desc()).limit(1)
        row = connection.execute(query).one()
    return row.type, row.actor_org


def test_nobody_signs_for_another_office(network: Network) -> None:
    item = network.sent_referral()
    before = _stored(network)
    acknowledge = network.act(CIVIL, item, "acknowledge")
    forged = network.sign(acknowledge, network.offices[BUREAU].key)
    assert refusal(network.submit(BUREAU, forged)) == (ProblemCode.UNKNOWN_KEY, "/event")
    assert _last_entry(network) == ("refusal", BUREAU)
    stolen = network.sign(acknowledge)
    assert refusal(network.submit(BUREAU, stolen)) == (ProblemCode.ITEM_REFUSED, "/act/not_you")
    head, payload, _ = stolen.split(".")
    mixed = ".".join((head, payload, forged.split(".")[2]))
    assert refusal(network.submit(CIVIL, mixed)) == (ProblemCode.BAD_SIGNATURE, "/event")
    assert _stored(network) == before


def test_nobody_but_the_gateway_records_an_escalation(network: Network) -> None:
    item = network.sent_referral()
    told = EscalatedClaims(clock="acknowledge", step="superior", run=1, to=Above.SUPERIOR, agency=CIVIL)
    claims = network.claims(BUREAU, item, escalated=told, role=None, officer=None)
    assert network.refuse(claims) == (ProblemCode.ITEM_REFUSED, "/act/not_you")
    in_its_name = claims.model_copy(update={"issuer": GATEWAY_ID})
    token = network.sign(in_its_name, network.offices[BUREAU].key)
    assert refusal(network.submit(BUREAU, token)) == (ProblemCode.UNKNOWN_KEY, "/event")


def test_an_envelope_is_taken_once(network: Network) -> None:
    item = network.open(BUREAU)
    claims = network.act(BUREAU, item, "send", next_office=CIVIL)
    body = ItemSubmit(event=network.sign(claims)).to_bytes()
    sender = network.offices[BUREAU]
    token = sender.sign(sender.claims(MessageType.ITEM_SUBMIT, body, GATEWAY_ID))
    headers = {ENVELOPE_HEADER: token, "Content-Type": "application/json"}
    address = network.url + PATHS[MessageType.ITEM_SUBMIT]
    assert network.http.post(address, content=body, headers=headers).status_code == 200
    again = network.http.post(address, content=body, headers=headers)
    assert Problem.from_bytes(again.content, MAX_PROBLEM_BYTES).code is ProblemCode.REPLAYED


def test_an_event_counts_in_its_place_of_its_item_alone(network: Network) -> None:
    item, other = network.sent_referral(), network.sent_referral()
    network.take(CIVIL, item, "acknowledge")
    before = _stored(network)
    elsewhere = envelope_digest(network.tokens[item][-1])
    gap = network.act(CIVIL, other, "acknowledge", number=3, prior=elsewhere)
    of_another = network.act(CIVIL, other, "acknowledge", prior=elsewhere)
    nowhere = network.act(CIVIL, str(uuid.uuid4()), "acknowledge", number=2, prior=elsewhere)
    for claims, code in (
        (gap, ProblemCode.ITEM_CHANGED),
        (of_another, ProblemCode.ITEM_CHANGED),
        (nowhere, ProblemCode.NO_ITEM),
    ):
        assert network.refuse(claims)[0] is code
    network.take(CIVIL, item, "refuse", reason="not_our_duty", next_office=OTHER_CIVIL)
    network.take(BUREAU, item, "take_back")
    network.take(BUREAU, item, "send", next_office=CIVIL)
    again = network.submit(CIVIL, network.tokens[item][2])
    assert again.status == 200
    assert len(network.document(BUREAU, item).events) == 6, "an acknowledgement of the first time is none of the second"
    assert _stored(network)[0] == before[0] + 3


def test_an_opening_can_not_be_put_in_another_items_place(network: Network) -> None:
    item = network.sent_referral()
    opened = network.claims(
        POLICE, item, number=0, prior=None, opened={"workflow": "W6", "version": 1, "region": "00", "seats": {}}
    )
    assert network.refuse(opened) == (ProblemCode.NO_ITEM, "/event")
    own = network.claims(
        CIVIL, item, number=0, prior=None, opened={"workflow": "W6", "version": 1, "region": "00", "seats": {}}
    )
    assert network.refuse(own) == (ProblemCode.ITEM_CHANGED, "/event")


def test_papers_go_to_those_who_take_part_alone(network: Network) -> None:
    item = network.open(BUREAU)
    for stranger in (POLICE, BUREAU, "civil_affairs.990199"):
        claims = network.act(BUREAU, item, "send", {stranger: PAPER}, next_office=CIVIL)
        assert network.refuse(claims, (PAPER,)) == (ProblemCode.ITEM_REFUSED, "/act/paper_without_seat")
    assert _stored(network)[1] == 0


def test_a_paper_is_the_one_that_the_signed_event_names(network: Network) -> None:
    item = network.open(BUREAU)
    claims = network.act(BUREAU, item, "send", {CIVIL: PAPER}, next_office=CIVIL)
    assert network.refuse(claims, (b"another paper",)) == (ProblemCode.BODY_DIGEST_DIFFERS, "/papers/0")
    assert network.refuse(claims) == (ProblemCode.MALFORMED, "/papers")
    assert network.refuse(claims, (PAPER, PAPER)) == (ProblemCode.MALFORMED, "/papers")
    assert _stored(network) == (1, 0)


def test_a_step_is_for_the_office_and_role_that_the_workflow_names(network: Network) -> None:
    item = network.sent_referral()
    assert network.refuse(network.act(BUREAU, item, "acknowledge")) == (ProblemCode.ITEM_REFUSED, "/act/not_you")
    teacher = network.act(CIVIL, item, "acknowledge", role=WorkflowRole.VILLAGE_DIRECTOR)
    assert network.refuse(teacher) == (ProblemCode.ITEM_REFUSED, "/act/not_you")
    network.clock.ahead += timedelta(hours=2)
    network.take(CIVIL, item, "acknowledge")
    past = network.act(CIVIL, item, "accept", at=network.clock.seconds() - 3_600)
    assert network.refuse(past) == (ProblemCode.ITEM_REFUSED, "/act/before_the_last")
    for stranger in (POLICE, CITY, OTHER_CIVIL):
        assert network.refuse(network.act(stranger, item, "accept"))[0] is ProblemCode.NO_ITEM


def test_an_item_of_others_can_not_be_told_from_one_that_is_not_there(network: Network) -> None:
    item = network.sent_referral({CIVIL: PAPER})
    theirs, nobodys = network.read(POLICE, item), network.read(POLICE, str(uuid.uuid4()))
    assert (theirs.status, theirs.body) == (nobodys.status, nobodys.body)
    assert refusal(theirs) == (ProblemCode.NO_ITEM, "/item")
    act = network.act(POLICE, item, "acknowledge")
    elsewhere = act.model_copy(update={"item": str(uuid.uuid4())})
    first, second = (network.submit(POLICE, network.sign(one)) for one in (act, elsewhere))
    assert (first.status, first.body) == (second.status, second.body)
    assert network.feed(POLICE).items == ()


def test_what_is_too_large_or_too_much_is_refused(network: Network) -> None:
    item = network.open(BUREAU)
    token = network.sign(network.act(BUREAU, item, "send", next_office=CIVIL))
    too_long = "A" * (MAX_SEALED_PAPER_CHARACTERS + 4)
    for message, code in (
        (_unchecked(event=token, papers=(too_long,)), ProblemCode.MALFORMED),
        (_unchecked(event=token, papers=("AAAA",) * (MAX_PAPERS_OF_EVENT + 1)), ProblemCode.MALFORMED),
        (_unchecked(event=f"{'A' * MAX_ITEM_EVENT_CHARACTERS}.A.A", papers=()), ProblemCode.MALFORMED),
        (_unchecked(event=token, papers=("A" * MAX_ITEM_SUBMIT_BYTES,)), ProblemCode.TOO_LARGE),
    ):
        assert refusal(network.post(BUREAU, MessageType.ITEM_SUBMIT, message))[0] is code
    assert _stored(network) == (1, 0)


def test_an_office_is_not_flooded_with_papers(network: Network) -> None:
    item = network.sent_referral()
    network.take(CIVIL, item, "acknowledge")
    network.take(CIVIL, item, "accept")
    many = tuple(PaperRef(to=BUREAU, content=digest_of(PAPER)) for _ in range(MAX_PAPERS_OF_EVENT))
    papers = (PAPER,) * MAX_PAPERS_OF_EVENT
    for _ in range(MAX_PAPERS_OF_OFFICE // MAX_PAPERS_OF_EVENT):
        network.accept(network.act(CIVIL, item, "visit", proof="v-1").model_copy(update={"papers": many}), papers)
    over = network.act(CIVIL, item, "visit", {BUREAU: PAPER}, proof="v-1")
    assert network.refuse(over, (PAPER,)) == (ProblemCode.ITEM_REFUSED, "/act/full")
    assert len(network.document(BUREAU, item).papers) == MAX_PAPERS_OF_OFFICE


def test_whoever_holds_the_gateways_database_and_log_reads_nothing(network: Network) -> None:
    secret = os.urandom(32)
    clear = f"{NAME} {CITIZEN_ID} {PHONE} {REPORTER}".encode()
    sealed = seal(opening_public_key(secret), clear, b"item", os.urandom)
    item = network.sent_referral({CIVIL: sealed})
    network.read(CIVIL, item)
    network.read(POLICE, item)
    secrets = Secrets()
    for kind, text in (("name", NAME), ("citizen_id", CITIZEN_ID), ("phone", PHONE), ("reporter", REPORTER)):
        secrets.add(kind, [text])
    database = Path(network.gateway.settings.database.removeprefix("sqlite:///"))
    files = [path for path in database.parent.iterdir() if path.name.startswith(DATABASE_FILE)]
    held = b"".join(path.read_bytes() for path in files)
    assert secrets.find(held) == set()
    assert sealed in held
    assert secrets.find(clear) != set(), "the search finds what is in clear"


def _unchecked(**members: object) -> Message:
    return ItemSubmit.model_construct(**members)  # type: ignore[arg-type]
