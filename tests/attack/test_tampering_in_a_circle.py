"""What takes seven agencies, or a lead body, is accepted once and unchanged too: boards, parents, countersignatures."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import httpx
import pytest

from connectors.cli.session import Session
from connectors.gateway_client import PATHS, TIMEOUT, GatewayClient
from demo.scenario.cast import SIGNATORIES
from demo.scenario.parents_cast import SEATS
from demo.scenario.parents_data import STORY_GROUNDS
from schemas.agreement import AgreementState
from schemas.envelope import MessageType
from schemas.problem import ProblemCode
from tests.agreement_world import World, agreement_world
from tests.attack.recorded_life import PLAYED_BY_SEVEN
from tests.attack.tampering_wire import TamperingWire, Tried
from tests.circle import Circle
from tests.scenario.test_private_or import STORY_CLASSES

BY_THREE = (MessageType.AGREEMENT_COUNTERSIGN, MessageType.AGREEMENT_END)
KINDS = sorted((*PLAYED_BY_SEVEN, *BY_THREE))


@pytest.fixture(scope="module")
def tried(circle: Circle, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[MessageType, Tried]]:
    """Play a board and a question, and the life of an agreement with a lead body, over wires that try everything."""
    with ExitStack() as stack:
        found = play_board(circle, stack)
        found |= play_agreement(stack, tmp_path_factory)
        yield found


def play_board(circle: Circle, stack: ExitStack) -> dict[MessageType, Tried]:
    """Return what was tried while a board was made and asked; the answers are right all the same."""
    circle.write(STORY_GROUNDS)
    stack.callback(circle.stage.sessions.update, dict(circle.stage.sessions))
    agreements = {one.provider.agency: one for one in circle.stage.agreements.values()}
    wires = [TamperingWire(circle.stage.sessions[seat.kind], agreements) for seat in SEATS]
    for seat, wire in zip(SEATS, wires, strict=True):
        circle.stage.sessions[seat.kind] = over(stack, circle.stage.sessions[seat.kind], wire)
    circle.stage.make_board()
    assert circle.classes() == STORY_CLASSES
    return {kind: one for wire in wires for kind, one in wire.tried.items() if kind in PLAYED_BY_SEVEN}


def play_agreement(stack: ExitStack, folders: pytest.TempPathFactory) -> dict[MessageType, Tried]:
    """Return what was tried while a lead body countersigned and the requester ended an agreement."""
    world: World = stack.enter_context(agreement_world(folders.mktemp("countersigned") / "world"))
    lead, asker = TamperingWire(world.lead, {}), TamperingWire(world.asker, {})
    agreement = world.propose()
    world.holder.office.sync()
    world.holder.office.sign(agreement.digest(), SIGNATORIES)
    countersigning = over(stack, world.lead, lead).office
    countersigning.sync()
    assert countersigning.countersign(agreement.digest(), SIGNATORIES).standing.state is AgreementState.ACTIVE
    ending = over(stack, world.asker, asker).office
    ending.sync()
    ending.revoke(agreement.digest())
    assert world.state_of(agreement) is AgreementState.REVOKED
    return {kind: one for wire in (lead, asker) for kind, one in wire.tried.items() if kind in BY_THREE}


def over(stack: ExitStack, session: Session, wire: TamperingWire) -> Session:
    http = stack.enter_context(httpx.Client(transport=wire, timeout=TIMEOUT))
    return replace(session, client=GatewayClient(session.connector, session.trust, http))


def test_every_kind_was_played(tried: dict[MessageType, Tried]) -> None:
    assert sorted(tried) == KINDS
    assert set(KINDS) <= set(PATHS)


@pytest.mark.parametrize("kind", KINDS)
def test_no_part_of_a_body_can_be_changed(tried: dict[MessageType, Tried], kind: MessageType) -> None:
    assert tried[kind].bodies or kind is MessageType.BOARD_LIST  # which has an empty body
    assert set(tried[kind].bodies) <= {ProblemCode.BODY_DIGEST_DIFFERS}


@pytest.mark.parametrize("kind", KINDS)
def test_no_part_of_an_envelope_can_be_changed(tried: dict[MessageType, Tried], kind: MessageType) -> None:
    refused = {ProblemCode.BAD_SIGNATURE, ProblemCode.ENVELOPE_MALFORMED, ProblemCode.UNKNOWN_KEY}
    assert len(tried[kind].envelopes) > 10
    assert set(tried[kind].envelopes) <= refused | {ProblemCode.UNKNOWN_MEMBER}


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_accepted_twice(tried: dict[MessageType, Tried], kind: MessageType) -> None:
    is_spent = kind is MessageType.PARENTS_OPEN  # the answers that it opens were given out once, and are gone
    assert tried[kind].again == [ProblemCode.BOARD_INVALID if is_spent else ProblemCode.REPLAYED]


@pytest.mark.parametrize("kind", KINDS)
def test_no_part_of_an_answer_can_be_changed(tried: dict[MessageType, Tried], kind: MessageType) -> None:
    assert tried[kind].answers
    assert set(tried[kind].answers) == {"body_digest_differs"}
