"""Emergency access over real HTTP: asked at once, told to the provider, reviewed, or the officer is refused."""

import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import Column, Engine, update

from connectors.console.actions import Action
from connectors.console.record import list_record
from connectors.emergency.calls import CallUnknownError, get_call, is_suspended, questions_of
from connectors.emergency.notices import Notice, list_notices
from connectors.emergency.record_expiry import destroy_due_records
from connectors.emergency.review_call import NotReviewableError, review_call
from connectors.emergency.upkeep import destroy_emergency_results, look_after_emergencies
from connectors.own_log.summary import summarise
from connectors.state.database import reading
from connectors.state.emergency_tables import emergency_call, emergency_notice
from gateway.domain.account import Account
from gateway.domain.roles import Role
from gateway.persistence.emergency_tables import emergency_call as gateway_call
from gateway.services.delete_emergency_calls import delete_emergency_calls
from gateway.services.suspend_officers import NotLiftableError, confirm_lift, propose_lift, suspend_officers
from schemas.emergency import MAX_EVALUATIONS_PER_CALL, RECORD_LASTS, CallState, Verdict
from schemas.problem import ProblemCode, ProblemError
from tests.emergency_world import (
    ASKER,
    DUTY_OFFICE,
    FREE,
    PROTECTED,
    REVIEWER,
    UNTOLD,
    World,
    emergency_world,
)

SECURITY = Account("security-01", "安全管理员", frozenset({Role.SECURITY_ADMINISTRATOR}))
SECOND = Account("privacy-01", "隐私专员", frozenset({Role.PRIVACY_OFFICER}))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One world for all: each test has officers of its own, and time goes on."""
    with emergency_world(tmp_path_factory.mktemp("emergency")) as opened:
        yield opened


@pytest.fixture
def officer() -> str:
    """Name an officer whom no other test knows."""
    return f"duty-{uuid.uuid4().hex[:8]}"


def notice_of(world: World, call: str) -> Notice:
    (found,) = [one for one in list_notices(world.holder.connector, 0, 100) if one.call == call]
    return found


def test_the_answer_comes_at_once_and_the_provider_sees_it(world: World, officer: str) -> None:
    call = world.call(FREE, officer)
    assert world.failures(call) == [None]
    (result,) = world.results(call)
    assert dict(result.values) == {
        "address_protected": False,
        "caregiver_relation": "grandparent",
        "duty_office_contact": DUTY_OFFICE,
        "open_case": True,
    }
    notice = notice_of(world, call)
    assert (notice.call, notice.officer, notice.seen_at) == (call, officer, None)
    assert notice.released_at is not None


@pytest.mark.parametrize("child", [PROTECTED, UNTOLD])
def test_of_a_protected_address_only_the_duty_office_is_told(world: World, officer: str, child: int) -> None:
    (result,) = world.results(world.call(child, officer))
    assert result.values["caregiver_relation"] is None
    assert result.values["duty_office_contact"] == DUTY_OFFICE


def test_without_a_review_everybody_refuses_the_officer_until_two_people_lift_it(world: World, officer: str) -> None:
    call = world.call(FREE, officer)
    world.pass_time(days=15)
    for refused in (
        lambda: world.call(FREE, officer),
        lambda: world.ask_gateway(officer),
        lambda: world.ask_provider(officer),
    ):
        with pytest.raises(ProblemError) as caught:
            refused()
        assert caught.value.code is ProblemCode.OFFICER_SUSPENDED
    assert world.failures(world.call(FREE, f"{officer}-b")) == [None]
    suspend_officers(world.gateway)
    assert suspend_officers(world.gateway) == 0
    with pytest.raises(NotLiftableError, match="not_proposed"):
        confirm_lift(world.gateway, SECURITY, ASKER, call, "已核实")
    propose_lift(world.gateway, SECURITY, ASKER, call, "已核实")
    with pytest.raises(NotLiftableError, match="same_person"):
        confirm_lift(world.gateway, SECURITY, ASKER, call, "已核实")
    confirm_lift(world.gateway, SECOND, ASKER, call, "同意")
    look_after_emergencies(world.console)
    look_after_emergencies(world.provider)
    assert get_call(world.asker.connector, call).state(world.clock.seconds()) is CallState.LIFTED
    assert world.failures(world.call(FREE, officer)) == [None]
    told = world.told_of(call)
    assert sorted(told) == ["officer.restore", "officer.restore_propose", "officer.suspend"]


def test_a_second_person_settles_a_call_and_is_believed_everywhere(world: World, officer: str) -> None:
    call = world.call(FREE, officer)
    with pytest.raises(NotReviewableError, match="own_call"):
        review_call(world.console, officer, call, Verdict.JUSTIFIED)
    review_call(world.console, REVIEWER, call, Verdict.JUSTIFIED)
    with pytest.raises(NotReviewableError, match="reviewed"):
        review_call(world.console, REVIEWER, call, Verdict.MISUSE)
    (told,) = questions_of(world.asker.connector, call)
    assert told.told_at is not None
    notice = notice_of(world, call)
    assert notice.facts.verdict is Verdict.JUSTIFIED
    world.pass_time(days=15)
    suspend_officers(world.gateway)
    assert "officer.suspend" not in world.told_of(call)
    assert world.failures(world.call(FREE, officer)) == [None]
    assert world.log_types().count("emergency.review") >= 2


def test_a_misuse_suspends_at_once(world: World, officer: str) -> None:
    review_call(world.console, REVIEWER, world.call(FREE, officer), Verdict.MISUSE)
    assert is_suspended(world.asker.connector, officer)
    assert not is_suspended(world.asker.connector, REVIEWER)
    for ask in (world.ask_gateway, world.ask_provider):
        with pytest.raises(ProblemError) as caught:
            ask(officer)
        assert caught.value.code is ProblemCode.OFFICER_SUSPENDED


def test_a_review_that_did_not_get_through_is_told_by_the_clock(world: World, officer: str) -> None:
    call = world.call(FREE, officer)
    with world.unplugged():
        review_call(world.console, REVIEWER, call, Verdict.JUSTIFIED)
        assert questions_of(world.asker.connector, call)[0].told_at is None
    look_after_emergencies(world.console)
    assert questions_of(world.asker.connector, call)[0].told_at is not None


def test_after_72_hours_the_result_is_destroyed_and_the_record_stays(world: World, officer: str) -> None:
    call = world.call(FREE, officer)
    review_call(world.console, REVIEWER, call, Verdict.JUSTIFIED)
    world.pass_time(hours=71, minutes=59)
    destroy_emergency_results(world.console)
    assert len(world.results(call)) == 1
    world.pass_time(minutes=2)
    assert destroy_emergency_results(world.console) >= 1
    assert destroy_emergency_results(world.console) == 0
    assert world.results(call) == []
    kept = get_call(world.asker.connector, call)
    assert (kept.note, kept.destroyed_at is not None) == ("", True)


def test_the_reason_s_code_and_nothing_else_of_it_stands_in_the_log(world: World, officer: str) -> None:
    world.call(FREE, officer)
    texts = world.log_text()
    assert "found_alone" not in texts
    assert '"purpose":"P16"' in texts
    assert "found_alone" in world.disclosed_text()


def test_one_call_asks_about_one_child(world: World, officer: str) -> None:
    """The officer's connector would not do it: a second run under the same call is refused by the gateway."""
    call = world.call(FREE, officer)
    again = world.claim_of(call)
    with pytest.raises(ProblemError) as caught:
        world.send_part(officer, again, str(uuid.uuid4()))
    assert caught.value.code is ProblemCode.EMERGENCY_CALL_OVER
    with pytest.raises(ProblemError) as caught:
        world.ask_gateway(officer, again, elements=MAX_EVALUATIONS_PER_CALL + 1)
    assert caught.value.code is ProblemCode.EMERGENCY_CALL_OVER
    world.pass_time(hours=1)
    with pytest.raises(ProblemError) as caught:
        world.ask_gateway(officer, again)
    assert caught.value.code is ProblemCode.EMERGENCY_CALL_OVER


def test_an_officer_s_own_budget_ends_before_the_agreement_s(world: World, officer: str) -> None:
    for _ in range(world.agreement.officer_releases_per_day):
        assert world.failures(world.call(FREE, officer)) == [None]
    assert world.failures(world.call(FREE, officer)) == ["officer_budget_exhausted"]
    assert world.failures(world.call(FREE, f"{officer}-b")) == [None]
    most = world.agreement.officer_evaluations_per_day
    for _ in range(most // MAX_EVALUATIONS_PER_CALL):
        world.ask_provider(f"{officer}-c", elements=MAX_EVALUATIONS_PER_CALL)
    with pytest.raises(ProblemError) as caught:
        world.ask_provider(f"{officer}-c", elements=MAX_EVALUATIONS_PER_CALL)
    assert caught.value.code is ProblemCode.OFFICER_BUDGET_EXHAUSTED


def test_a_replayed_call_is_refused(world: World, officer: str) -> None:
    prepared = world.prepared(officer, world.new_claim())
    world.send(prepared)
    with pytest.raises(ProblemError) as caught:
        world.send(prepared)
    assert caught.value.code is ProblemCode.REPLAYED


def test_another_officer_can_not_go_on_with_a_call(world: World, officer: str) -> None:
    claim = world.claim_of(world.call(FREE, officer))
    for ask in (world.ask_gateway, world.ask_provider):
        with pytest.raises(ProblemError) as caught:
            ask(f"{officer}-b", claim)
        assert caught.value.code is ProblemCode.EMERGENCY_CALL_OVER


def test_without_a_reason_nothing_is_asked(world: World, officer: str) -> None:
    with pytest.raises(ProblemError) as caught:
        world.send(world.prepared(officer, None))
    assert caught.value.code is ProblemCode.EMERGENCY_REASON_MISSING


def test_both_agencies_find_calls_and_reviews_in_the_log_as_they_remember_them(world: World, officer: str) -> None:
    before = world.faults_of_log()
    review_call(world.console, f"{officer}-b", world.call(FREE, officer), Verdict.JUSTIFIED)
    assert world.faults_of_log() == before
    assert min(summarise(session.connector.state).compared for session in (world.asker, world.holder)) > 0


def test_after_three_years_nothing_is_known_of_a_call_but_by_the_log(world: World, officer: str) -> None:
    settled, overdue = world.call(FREE, officer), world.call(FREE, f"{officer}-b")
    review_call(world.console, REVIEWER, settled, Verdict.JUSTIFIED)
    world.pass_time(days=15)
    look_after_emergencies(world.console)
    look_after_emergencies(world.provider)
    assert delete_emergency_calls(world.gateway) == 0
    for call in (settled, overdue):
        _put_back(world, call, int(RECORD_LASTS.total_seconds()))
    assert destroy_due_records(world.asker.connector) == 1
    assert destroy_due_records(world.provider.connector) == 1
    assert delete_emergency_calls(world.gateway) == 1
    with pytest.raises(CallUnknownError):
        get_call(world.asker.connector, settled)
    assert is_suspended(world.asker.connector, f"{officer}-b")  # what nobody reviewed stays
    with reading(world.asker.connector.state) as connection:
        assert Action.EMERGENCY_RECORD_DESTROYED in {line.action for line in list_record(connection, settled)}
    assert destroy_due_records(world.asker.connector) == 0


def _put_back(world: World, call: str, seconds: int) -> None:
    """Have a call made so long before, at all three."""
    _shift(world.asker.connector.state, emergency_call.c.id, call, seconds)
    _shift(world.provider.connector.state, emergency_notice.c.call, call, seconds)
    _shift(world.gateway.engine, gateway_call.c.call, call, seconds)


def _shift(engine: Engine, column: Column[str], call: str, seconds: int) -> None:
    times = {name: column.table.c[name] - seconds for name in ("opened_at", "due_at", "reviewed_at")}
    with engine.begin() as connection:
        connection.execute(update(column.table).where(column == call).values(times))
