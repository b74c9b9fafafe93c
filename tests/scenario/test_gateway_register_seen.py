"""A change of the register by another process holds for the very next request: the register of now is believed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select

from gateway.persistence.engine import write_transaction
from gateway.persistence.member_tables import key_statement
from gateway.services.registry import publish_registry_in
from schemas.envelope import MessageType
from schemas.messages.agreements import AgreementList
from schemas.problem import ProblemCode
from tests.scenario.gateway_simulator import GATEWAY_ID, Answer, World, played_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with played_world(tmp_path / "gateway") as world:
        yield world


def _ask(world: World) -> Answer:
    body = AgreementList().to_bytes()
    return world.send(world.requester, world.requester.claims(MessageType.AGREEMENT_LIST, body, GATEWAY_ID), body)


def _put_statements(world: World, tokens: list[str]) -> list[str]:
    """Replace the requester's statements past the serving process, as another one does; return those before."""
    mine = key_statement.c.agency == world.requester.id
    with write_transaction(world.gateway.engine) as connection:
        before = list(connection.scalars(select(key_statement.c.token).where(mine).order_by(key_statement.c.place)))
        connection.execute(delete(key_statement).where(mine))
        rows = [{"agency": world.requester.id, "place": place, "token": token} for place, token in enumerate(tokens)]
        connection.execute(insert(key_statement), rows)
        publish_registry_in(connection, world.gateway)
    return before


def test_a_key_that_another_process_took_away_is_not_believed(world: World) -> None:
    assert _ask(world).status == 200
    others = world.provider.first_statement()
    before = _put_statements(world, [others])
    refused = _ask(world)
    assert refused.status != 200
    assert refused.problem.code is ProblemCode.UNKNOWN_KEY
    _put_statements(world, before)
    assert _ask(world).status == 200
