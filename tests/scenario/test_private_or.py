"""The private OR over real HTTP: seven connectors and a gateway, from the opening shares to the answers."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import func, select

from connectors.gateway_client import QueryContext
from connectors.own_log.check_entries import OwnLogCheck
from connectors.private_or.advance import taken
from connectors.private_or.board_client import BoardClient
from connectors.private_or.opening_shares import get_share
from connectors.private_or.trusted_board import trust_board
from connectors.state.private_or_tables import board_child, resolved_board
from connectors.state.promises import list_promises
from demo.scenario.desks import query_under
from demo.scenario.parents_cast import KEEPER, OFFICES, REQUESTER, RESOLVER, SEATS, Seat
from demo.scenario.parents_data import STORY, STORY_GROUNDS, make_families
from keys.private_or.errors import TooManyPersonsError
from schemas.agency_kinds import AgencyKind
from schemas.base64url import encode_base64url
from schemas.envelope import MessageType
from schemas.messages.private_or import MAX_BOARD_LIST_BYTES, BoardActivate, BoardAnswer, BoardState
from schemas.messages.private_or_question import (
    MAX_CONCEALED_BYTES,
    AskedChild,
    ConcealedAnswers,
    ParentsOpen,
    ParentsOpenAnswer,
)
from schemas.problem import ProblemCode, ProblemError
from tests.circle import Circle

JUSTICE, COURT, HEALTH = (
    next(seat for seat in OFFICES if seat.kind is kind)
    for kind in (AgencyKind.JUSTICE, AgencyKind.COURT, AgencyKind.HEALTH)
)
STORY_CLASSES = [
    ("orphan", None),
    ("de_facto_unattended", None),
    ("not", None),
    ("insufficient", "health"),
    ("insufficient", "public_security"),
]


@pytest.fixture(autouse=True)
def _own_lists(circle: Circle) -> None:
    """Each test begins with the story's lists; what a test before wrote is put back."""
    circle.write(STORY_GROUNDS)


def nameless(place: int) -> AskedChild:
    """Return a child of the story as it is asked about, by a name that is not its own."""
    number = STORY[place].child
    return AskedChild(number=number[:6] + number[8:17], names=("x",))


def leaves(circle: Circle) -> list[dict[str, object]]:
    """Return all entries of the gateway's log, in order."""
    return [json.loads(row[0]) for row in circle.rows("SELECT entry FROM audit_leaf ORDER BY shard, idx")]


def test_one_child_of_each_class(circle: Circle):
    circle.stage.make_board()
    assert circle.classes() == STORY_CLASSES


def test_every_hop_is_in_the_log_its_intent_before_its_outcome(circle: Circle):
    circle.stage.make_board()
    before = len(leaves(circle))
    circle.ask(STORY[:1])
    new = [entry for entry in leaves(circle)[before:] if entry["type"] != "log.alarm"]
    told = [(entry["type"], entry["peer"]["org"], entry["records"], entry["decision"]) for entry in new]
    assert told == [
        ("match.query", RESOLVER.agency, 1, "permit"),
        ("match.result", RESOLVER.agency, 1, "permit"),
        ("field.query", KEEPER.agency, 1, "permit"),
        ("field.release", KEEPER.agency, 1, "permit"),
    ]


def test_each_agency_finds_its_own_steps_in_the_log_as_it_took_them(circle: Circle):
    checks = {}
    for seat in SEATS:
        session = circle.stage.sessions[seat.kind]
        checks[seat] = OwnLogCheck(session.connector, session.client)
        wait_until_signed(circle, seat)
        checks[seat].run()  # what came before, the agreements among it, is other tests'
    circle.stage.make_board()
    circle.ask(STORY[:1])
    for seat, check in checks.items():
        wait_until_signed(circle, seat)
        found = check.run()
        assert found.compared
        assert not found.faults, seat.kind


def wait_until_signed(circle: Circle, seat: Seat) -> None:
    session, deadline = circle.stage.sessions[seat.kind], time.monotonic() + 60
    last = list_promises(session.connector.state)[-1]
    while session.client.find_inclusion(last.leaf) is None:
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_who_has_data_on_which_region_is_published(circle: Circle):
    board = circle.stage.make_board()
    assert board.state is BoardState.LIVE
    assert {agency: claims.regions for agency, claims in taken(board).items()} == {
        seat.agency: (seat.region,) for seat in OFFICES
    }


def test_a_child_whose_name_is_another_is_as_one_that_is_not_known(circle: Circle):
    circle.stage.make_board()
    told = circle.stage.office.ask(
        query_under(circle.stage.agreements[RESOLVER.kind]), ("parental_status_class",), [nameless(0)]
    )
    assert [(one.parental_class, one.lacking) for one in told.answers] == [
        ("insufficient", frozenset({AgencyKind.PUBLIC_SECURITY}))
    ]


def test_with_fewer_than_three_offices_nothing_is_answered_and_that_is_logged(circle: Circle):
    board = circle.stage.open_board()
    circle.stage.advance(RESOLVER, JUSTICE)
    with refused(ProblemCode.TOO_FEW_OFFICES):
        circle.stage.office.activate(board.board)
    circle.stage.advance(COURT)
    circle.stage.office.activate(board.board)
    circle.ask(STORY[:1])
    suspended = circle.stage.agreements[COURT.kind].digest()
    circle.stage.sessions[COURT.kind].office.suspend(suspended)
    with refused(ProblemCode.TOO_FEW_OFFICES):
        circle.ask(STORY[:1])
    last = [entry for entry in leaves(circle) if entry["type"] == "refusal"][-1]
    assert last["reason"] == "too_few_offices"
    circle.stage.sessions[COURT.kind].office.resume(suspended)
    circle.ask(STORY[:1])


def test_an_office_that_withdraws_takes_the_board_with_it(circle: Circle):
    circle.stage.make_board()
    suspended = circle.stage.agreements[HEALTH.kind].digest()
    circle.stage.sessions[HEALTH.kind].office.suspend(suspended)
    with refused(ProblemCode.NO_LIVE_BOARD):
        circle.ask(STORY[:1])
    circle.stage.sessions[HEALTH.kind].office.resume(suspended)
    circle.ask(STORY[:1])


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"region": "990201"}, ProblemCode.REGION_NOT_AGREED),
        ({"case": None}, ProblemCode.CASE_NUMBER_MISSING),
        ({"approver": None}, ProblemCode.APPROVAL_MISSING),
        ({"attributes": ("disability_cert_valid",)}, ProblemCode.ATTRIBUTE_NOT_AGREED),
    ],
    ids=["another region", "no case", "no approver", "another attribute"],
)
def test_what_the_agreement_does_not_allow_is_refused(circle: Circle, changed, code):
    circle.stage.make_board()
    agreement = circle.stage.agreements[RESOLVER.kind]
    members = {"region": "990101", "officer": "officer-07", "case": "TA-1", "approver": "section-head-02"}
    attributes = changed.pop("attributes", ("parental_status_class",))
    query = QueryContext(agreement, **{**members, **changed})
    with refused(code):
        circle.stage.office.ask(query, attributes, [nameless(0)])


def test_the_keeper_works_on_the_answers_that_were_given_and_once(circle: Circle):
    circle.stage.make_board()
    office = circle.stage.office
    query = query_under(circle.stage.agreements[RESOLVER.kind])
    keeping = query_under(circle.stage.agreements[KEEPER.kind])
    trusted = office.live_board(query.agreement.digest())
    prepared = office._prepare(query, trusted, (nameless(0),))
    given = office.client.send(prepared, ConcealedAnswers, MAX_CONCEALED_BYTES, query.agreement)

    def open_(concealed: str) -> ParentsOpenAnswer:
        message = ParentsOpen(
            board=trusted.id, request=given.request, attributes=("parental_status_class",), concealed=concealed
        )
        return office.client.ask(
            MessageType.PARENTS_OPEN, message, ParentsOpenAnswer, MAX_CONCEALED_BYTES, keeping
        ).message

    with refused(ProblemCode.BOARD_INVALID):
        open_(encode_base64url(bytes(576)))
    open_(given.message.concealed)
    with refused(ProblemCode.BOARD_INVALID):
        open_(given.message.concealed)


def test_a_step_and_a_question_pass_once_only(circle: Circle):
    board = circle.stage.open_board()
    circle.stage.advance(RESOLVER, JUSTICE, COURT)
    resolver = circle.stage.agreements[RESOLVER.kind]
    office = circle.stage.office
    message = BoardActivate(board=board.board)
    step = office.client.prepare(
        MessageType.BOARD_ACTIVATE, message, agreement=resolver.digest(), purpose=resolver.purpose
    )
    office.client.send(step, BoardAnswer, MAX_BOARD_LIST_BYTES)
    with refused(ProblemCode.REPLAYED):
        office.client.send(step, BoardAnswer, MAX_BOARD_LIST_BYTES)
    query = query_under(resolver)
    asked = office._prepare(query, office.live_board(resolver.digest()), (nameless(0),))
    office.client.send(asked, ConcealedAnswers, MAX_CONCEALED_BYTES, resolver)
    with refused(ProblemCode.REPLAYED):
        office.client.send(asked, ConcealedAnswers, MAX_CONCEALED_BYTES, resolver)


def test_no_marks_are_set_once_a_board_is_live_and_nobody_reads_it_then(circle: Circle):
    board = circle.stage.open_board()
    circle.stage.advance(RESOLVER, JUSTICE, COURT)
    circle.stage.office.activate(board.board)
    assert circle.stage.advance(HEALTH) == 0
    session = circle.stage.sessions[HEALTH.kind]
    client = BoardClient(session.client)
    with refused(ProblemCode.BOARD_CHANGED):
        client.read_part(board.board, 0, circle.stage.agreements[HEALTH.kind])


def test_who_has_taken_its_turn_can_not_take_another(circle: Circle):
    board = circle.stage.open_board()
    circle.stage.advance(RESOLVER, JUSTICE)
    assert circle.stage.advance(RESOLVER, JUSTICE, KEEPER, REQUESTER) == 0
    client = BoardClient(circle.stage.sessions[JUSTICE.kind].client)
    with refused(ProblemCode.BOARD_CHANGED):
        client.read_part(board.board, 0, circle.stage.agreements[JUSTICE.kind])


def test_an_office_with_more_persons_than_the_list_takes_no_turn(circle: Circle):
    circle.write({AgencyKind.JUSTICE: [(family.father or "", "C4") for family in make_families(17)]})
    circle.stage.open_board(list_size=16)
    circle.stage.advance(RESOLVER)
    with pytest.raises(TooManyPersonsError):
        circle.stage.advance(JUSTICE)


def test_the_next_board_tells_what_has_changed_and_the_old_one_is_destroyed(circle: Circle):
    old = circle.stage.make_board()
    secret = get_share(circle.stage.sessions[KEEPER.kind].connector, old.board)
    circle.write({**STORY_GROUNDS, AgencyKind.JUSTICE: [(STORY[1].father or "", "C4")]})
    new = circle.stage.make_board()
    assert circle.classes()[1:3] == [("de_facto_unattended", None), ("not", None)]
    circle.write({**STORY_GROUNDS, AgencyKind.JUSTICE: []})
    newest = circle.stage.make_board()
    assert circle.classes()[1:3] == [("not", None), ("not", None)]
    circle.stage.advance(*SEATS)
    living = {newest.board}
    assert {row[0] for row in circle.rows("SELECT board FROM board_part")} == living
    assert circle.rows("SELECT count(*) FROM concealed_answer") == [(0,)]
    for seat in (KEEPER, REQUESTER):
        connector = circle.stage.sessions[seat.kind].connector
        for board in (old, new):
            with refused(ProblemCode.NO_LIVE_BOARD):
                get_share(connector, board.board)
    with circle.stage.sessions[RESOLVER.kind].connector.state.connect() as connection:
        assert set(connection.scalars(select(resolved_board.c.board))) == living
        assert set(connection.scalars(select(board_child.c.board).distinct())) == living
        assert connection.scalar(select(func.count()).select_from(board_child)) == len(STORY)
    assert secret not in circle.gateway_database.read_bytes()


def test_a_board_whose_statements_are_not_the_parties_own_is_not_believed(circle: Circle):
    board = circle.stage.open_board()
    session = circle.stage.sessions[JUSTICE.kind]
    (told,) = [one for one in BoardClient(session.client).list_boards() if one.board == board.board]
    trust_board(session.connector, session.trust, told)
    swapped = told.model_copy(update={"shares": (told.shares[0], told.shares[0])})
    other = told.model_copy(update={"resolver": told.keeper})
    for forged in (swapped, other):
        with refused(ProblemCode.BOARD_INVALID):
            trust_board(session.connector, session.trust, forged)


def test_revoking_an_agreement_destroys_the_board(circle: Circle):
    circle.stage.make_board()
    office = circle.stage.sessions[HEALTH.kind].office
    office.revoke(circle.stage.agreements[HEALTH.kind].digest())
    assert circle.rows("SELECT count(*) FROM board_part") == [(0,)]
    with refused(ProblemCode.NO_LIVE_BOARD):
        circle.ask(STORY[:1])
    circle.stage.agree()


@contextmanager
def refused(code: ProblemCode) -> Iterator[None]:
    """Expect that a problem of this code is raised."""
    with pytest.raises(ProblemError) as met:
        yield
    assert met.value.code is code
