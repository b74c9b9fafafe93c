"""A provider's own charges: an id is accepted once, and a budget can't be overdrawn."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select

from connectors.state.charges import (
    FORGET_AFTER_SECONDS,
    BudgetKind,
    charge,
    charge_of,
    make_charge,
    require_chargeable,
)
from connectors.state.database import open_state, reading, writing
from connectors.state.emergency_tables import emergency_notice
from connectors.state.tables import seen_envelope
from schemas.agreement import AgreementState
from schemas.envelope import EnvelopeClaims, MessageType
from schemas.formats import digest_of
from schemas.policy import Standing
from schemas.problem import ProblemCode, ProblemError
from tests.unit.connectors.offices import AGENCY, SECONDS, agreement_with

DAY = date(2026, 3, 5)
STANDING = Standing(agreement_with(), agreement_with().digest(), AgreementState.ACTIVE)


def claims(number: int) -> EnvelopeClaims:
    return EnvelopeClaims(
        type=MessageType.EVALUATE,
        issuer="civil_affairs.990101",
        audience=AGENCY,
        id=f"0b7a6f1e-4a52-4a7c-9f4e-{number:012d}",
        issued_at=SECONDS,
        expires_at=SECONDS + 60,
        body=digest_of(b""),
    )


def charged(path: Path, number: int, amount: int, day: date = DAY, seconds: int = SECONDS) -> ProblemCode | None:
    state = open_state(path / "state.sqlite3")
    try:
        charge(state, claims(number), STANDING, BudgetKind.EVALUATIONS, amount, day, seconds)
    except ProblemError as error:
        return error.code
    finally:
        state.dispose()
    return None


def test_an_id_is_accepted_once_across_restarts(tmp_path: Path) -> None:
    assert charged(tmp_path, 1, 1) is None
    assert charged(tmp_path, 1, 1) is ProblemCode.REPLAYED


def test_an_id_is_remembered_beyond_its_envelope(tmp_path: Path) -> None:
    charged(tmp_path, 1, 1)
    later = SECONDS + 60 + FORGET_AFTER_SECONDS
    assert charged(tmp_path, 2, 1, seconds=later) is None
    assert charged(tmp_path, 1, 1, seconds=later) is ProblemCode.REPLAYED


def test_the_budget_ends_exactly_at_its_limit(tmp_path: Path) -> None:
    assert charged(tmp_path, 1, 99) is None
    assert charged(tmp_path, 2, 2) is ProblemCode.BUDGET_EXHAUSTED
    assert charged(tmp_path, 3, 1) is None
    assert charged(tmp_path, 4, 1) is ProblemCode.BUDGET_EXHAUSTED


def test_a_refused_request_leaves_neither_charge_nor_id(tmp_path: Path) -> None:
    assert charged(tmp_path, 1, 101) is ProblemCode.BUDGET_EXHAUSTED
    assert charged(tmp_path, 1, 100) is None


def test_each_day_has_its_own_budget(tmp_path: Path) -> None:
    charged(tmp_path, 1, 100)
    assert charged(tmp_path, 2, 100, day=date(2026, 3, 6)) is None


def test_budgets_of_evaluations_and_releases_are_apart(tmp_path: Path) -> None:
    charged(tmp_path, 1, 100)
    state = open_state(tmp_path / "state.sqlite3")
    charge(state, claims(2), STANDING, BudgetKind.RELEASES, 50, DAY, SECONDS)
    with pytest.raises(ProblemError, match="budget_exhausted"):
        charge(state, claims(3), STANDING, BudgetKind.RELEASES, 1, DAY, SECONDS)
    state.dispose()


def test_many_at_once_can_not_overdraw(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        outcomes = list(threads.map(lambda number: charged(tmp_path, number, 9), range(20)))
    assert outcomes.count(None) == 11
    assert outcomes.count(ProblemCode.BUDGET_EXHAUSTED) == 9


def test_ids_of_long_ago_are_forgotten_a_few_at_a_time(tmp_path: Path) -> None:
    for number in range(1, 21):
        charged(tmp_path, number, 1)
    later = SECONDS + 60 + FORGET_AFTER_SECONDS + 1
    for number in range(21, 25):
        assert charged(tmp_path, number, 1, seconds=later) is None
    state = open_state(tmp_path / "state.sqlite3")
    with reading(state) as connection:
        kept = connection.scalars(select(seen_envelope.c.id)).all()
    state.dispose()
    assert sorted(kept) == [claims(number).id for number in range(24, 25)]


def looked_at(path: Path, number: int, amount: int) -> ProblemCode | None:
    """Return why a charge would be refused, asked while somebody else holds the write lock."""
    state = open_state(path / "state.sqlite3")
    asked = charge_of(claims(number), STANDING, BudgetKind.EVALUATIONS, amount, DAY, SECONDS)
    try:
        with writing(state):
            require_chargeable(state, asked)
    except ProblemError as error:
        return error.code
    finally:
        state.dispose()
    return None


def test_what_would_be_refused_is_seen_without_the_write_lock_and_leaves_nothing(tmp_path: Path) -> None:
    charged(tmp_path, 1, 60)
    assert looked_at(tmp_path, 1, 1) is ProblemCode.REPLAYED
    assert looked_at(tmp_path, 2, 41) is ProblemCode.BUDGET_EXHAUSTED
    assert [looked_at(tmp_path, 2, 40) for _ in range(2)] == [None, None]
    assert charged(tmp_path, 2, 40) is None


def test_what_was_seen_chargeable_is_refused_where_another_was_quicker(tmp_path: Path) -> None:
    assert looked_at(tmp_path, 1, 60) is None
    assert charged(tmp_path, 2, 60) is None
    assert charged(tmp_path, 1, 60) is ProblemCode.BUDGET_EXHAUSTED


def test_only_an_officer_with_unsettled_calls_is_looked_at_more_closely(tmp_path: Path) -> None:
    asked_of: list[bool] = []

    def admit(_connection: Connection, has_unsettled_calls: bool) -> None:
        asked_of.append(has_unsettled_calls)

    state = open_state(tmp_path / "state.sqlite3")
    asked = claims(1).model_copy(update={"officer": "officer-7"})
    wanted = charge_of(asked, STANDING, BudgetKind.RELEASES, 1, DAY, SECONDS, admit)
    require_chargeable(state, wanted)
    assert asked_of == []
    with writing(state) as connection:
        call = {"agreement": STANDING.digest, "call": asked.id, "requester": asked.issuer, "officer": "officer-7"}
        times = {"reason": "life_in_danger", "opened_at": SECONDS, "due_at": SECONDS + 60, "evaluations": 0}
        connection.execute(insert(emergency_notice).values(**call, **times))
    require_chargeable(state, wanted)
    with writing(state) as connection:
        make_charge(connection, wanted)
    assert asked_of == [True, True]
    state.dispose()
