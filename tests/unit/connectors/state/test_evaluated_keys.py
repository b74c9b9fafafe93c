"""Evaluated keys: found by whoever holds the storage key, unreadable to everybody else, gone with their epoch."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from connectors.state.agreements import forget_ended
from connectors.state.database import open_state, reading
from connectors.state.evaluated_keys import EvaluatedKeys, forget_evaluated, list_evaluated
from connectors.state.tables import evaluated_key
from keys.crypto.errors import CryptoError
from schemas.agreement import AgreementState
from schemas.base64url import encode_base64url
from schemas.formats import digest_of
from schemas.key_statement import KeyStatement, KeyUse

AGREEMENT, OTHER = digest_of(b"agreement"), digest_of(b"another agreement")
STORAGE_KEY = os.urandom(32)
INPUTS = [b"id\x1f990101201505071", b"p.d\x1fzhao.xiao.shu20150507"]
OUTPUTS = {message: os.urandom(64) for message in INPUTS}


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Engine]:
    engine = open_state(tmp_path / "state.sqlite3")
    yield engine
    engine.dispose()


def statement(agreement: str = AGREEMENT, epoch: int = 1, public_key: bytes = bytes(32)) -> KeyStatement:
    return KeyStatement(
        agency="education.990101",
        use=KeyUse.EVALUATION,
        key_id=digest_of(public_key),
        public_key=encode_base64url(public_key),
        issued_at=0,
        active_from=0,
        agreement=agreement,
        epoch=epoch,
    )


def kept_under(state: Engine, stated: KeyStatement) -> EvaluatedKeys:
    return EvaluatedKeys(state, STORAGE_KEY, os.urandom, stated)


def test_what_was_kept_is_found_and_nothing_else(state: Engine) -> None:
    kept = kept_under(state, statement())
    assert kept.find(INPUTS) == {}
    kept.keep({INPUTS[0]: OUTPUTS[INPUTS[0]]})
    assert kept.find(INPUTS) == {INPUTS[0]: OUTPUTS[INPUTS[0]]}
    kept.keep(OUTPUTS)
    assert kept.find(INPUTS) == OUTPUTS


@pytest.mark.parametrize(
    "other",
    [statement(OTHER), statement(epoch=2), statement(public_key=bytes(31) + b"\x01")],
    ids=["agreement", "epoch", "key"],
)
def test_it_is_not_found_under_another(state: Engine, other: KeyStatement) -> None:
    kept_under(state, statement()).keep(OUTPUTS)
    assert kept_under(state, other).find(INPUTS) == {}


def test_neither_input_nor_output_stands_in_the_database(state: Engine, tmp_path: Path) -> None:
    kept_under(state, statement()).keep(OUTPUTS)
    state.dispose()
    written = b"".join(path.read_bytes() for path in tmp_path.glob("state.sqlite3*"))
    for message, output in OUTPUTS.items():
        assert message not in written
        assert message.partition(b"\x1f")[2] not in written
        assert output[:16] not in written
        assert output[32:] not in written


def test_without_the_storage_key_nothing_is_found(state: Engine) -> None:
    kept_under(state, statement()).keep(OUTPUTS)
    stranger = replace(kept_under(state, statement()), storage_key=os.urandom(32))
    assert stranger.find(INPUTS) == {}


def test_an_output_can_not_be_moved_to_another_input(state: Engine) -> None:
    kept = kept_under(state, statement())
    kept.keep(OUTPUTS)
    with state.begin() as connection:
        first, second = connection.execute(select(evaluated_key.c.lookup, evaluated_key.c.output)).all()
        for lookup, output in ((first.lookup, second.output), (second.lookup, first.output)):
            connection.execute(evaluated_key.update().where(evaluated_key.c.lookup == lookup).values(output=output))
    with pytest.raises(CryptoError):
        kept.find(INPUTS)


def test_ended_epochs_are_destroyed_and_the_others_stay(state: Engine) -> None:
    for stated in (statement(), statement(epoch=2), statement(OTHER)):
        kept_under(state, stated).keep(OUTPUTS)
    forget_evaluated(state, AGREEMENT, keep_epochs={2})
    assert sorted(list_evaluated(state)) == sorted([(AGREEMENT, 2), (OTHER, 1)])
    assert kept_under(state, statement()).find(INPUTS) == {}
    assert kept_under(state, statement(epoch=2)).find(INPUTS) == OUTPUTS
    assert row_count(state) == 2 * len(INPUTS)


def test_all_is_destroyed_with_the_agreement(state: Engine) -> None:
    for stated in (statement(), statement(epoch=2), statement(OTHER)):
        kept_under(state, stated).keep(OUTPUTS)
    forget_ended(state, AGREEMENT, AgreementState.REVOKED)
    assert list_evaluated(state) == [(OTHER, 1)]
    assert row_count(state) == len(INPUTS)


def test_many_are_found_at_once(state: Engine) -> None:
    outputs = {f"id\x1f{number}".encode(): os.urandom(64) for number in range(12_000)}
    kept = kept_under(state, statement())
    kept.keep(outputs)
    assert kept.find(outputs) == outputs


def row_count(state: Engine) -> int:
    with reading(state) as connection:
        return len(connection.execute(select(evaluated_key)).all())
