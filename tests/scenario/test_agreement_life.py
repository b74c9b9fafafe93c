"""The whole life of agreements over real HTTP: three connectors, a lead body that countersigns, two versions."""

from collections.abc import Callable, Iterator

import pytest

from connectors.own_log.check_entries import OwnLogCheck
from gateway.services.expire_agreements import expire_agreements, note_overdue_reviews, replace_agreements
from gateway.services.sign_log import sign_log
from schemas.agreement import Agreement, AgreementState
from schemas.agreement_reasons import INCOMPLETE_REASONS
from schemas.agreement_steps import AgreementStep
from schemas.problem import ProblemError
from tests.agreement_world import ASKER, DAY, HOLDER, LEAD, World, agreement_world
from tests.scenario.gateway_simulator import SIGNATORIES

State = AgreementState


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with agreement_world(tmp_path_factory.mktemp("agreements")) as world:
        yield world


def _refused(code: str, act: Callable[[], object]) -> None:
    with pytest.raises(ProblemError, match=code):
        act()


def test_it_is_active_once_all_three_have_signed(world: World) -> None:
    agreement = world.propose()
    digest = agreement.digest()
    assert world.state_of(agreement) is State.PROPOSED
    assert world.holder.office.accept_complete(digest).standing.state is State.IN_REVIEW
    assert world.holder.office.sign(digest, SIGNATORIES).standing.state is State.AGREED
    assert world.lead.office.countersign(digest, SIGNATORIES).standing.state is State.ACTIVE
    assert world.state_of(agreement) is State.ACTIVE
    copy = world.asker.office.sync()[digest]
    told = [(step.step, step.agency) for step in copy.history]
    assert told == [
        (AgreementStep.PROPOSE, ASKER),
        (AgreementStep.ACCEPT_COMPLETE, HOLDER),
        (AgreementStep.SIGN, HOLDER),
        (AgreementStep.COUNTERSIGN, LEAD),
    ]
    assert len(copy.signatures) == 3
    assert copy.review_due_at is not None  # until then its index is to be published
    assert [kind for kind, _ in world.log_entries()][-2:] == ["agreement.countersign", "agreement.activate"]


def test_what_is_missing_is_told_once_and_the_next_version_is_decided(world: World) -> None:
    first = world.propose()
    told = ("period_unclear", "basis_missing")
    copy = world.holder.office.return_incomplete(first.digest(), told, "请写明期限")
    assert copy.standing.state is State.INCOMPLETE
    assert (copy.history[-1].reasons, copy.history[-1].note) == (tuple(sorted(told)), "请写明期限")
    assert ("agreement.review", "return_incomplete.basis_missing+period_unclear") in world.log_entries()
    _refused("agreement_step_refused", lambda: world.holder.office.sign(first.digest(), SIGNATORIES))
    second = world.propose(first)
    assert second.revision == 2
    _refused(
        "agreement_step_refused", lambda: world.holder.office.return_incomplete(second.digest(), ("basis_missing",))
    )
    world.holder.office.sign(second.digest(), SIGNATORIES)
    assert world.state_of(first) is State.INCOMPLETE


def test_everything_that_can_be_missing_can_be_told_at_once(world: World) -> None:
    agreement = world.propose()
    copy = world.holder.office.return_incomplete(agreement.digest(), tuple(INCOMPLETE_REASONS))
    assert set(copy.history[-1].reasons) == set(INCOMPLETE_REASONS)


def test_a_dispute_is_settled_by_the_lead_body_and_once(world: World) -> None:
    agreement = world.propose()
    digest = agreement.digest()
    _refused("agreement_step_refused", lambda: world.asker.office.dispute(digest))
    world.holder.office.refuse(digest, "not_necessary")
    _refused("agreement_step_refused", lambda: world.holder.office.dispute(digest))
    assert world.asker.office.dispute(digest, "属于法定职责").standing.state is State.DISPUTED
    _refused("agreement_step_refused", lambda: world.asker.office.settle(digest, reopen=True))
    assert world.lead.office.settle(digest, reopen=True).standing.state is State.IN_REVIEW
    world.holder.office.refuse(digest, "secret")
    _refused("agreement_step_refused", lambda: world.asker.office.dispute(digest))
    assert world.state_of(agreement) is State.REFUSED
    upheld = world.propose()
    world.holder.office.refuse(upheld.digest(), "not_held")
    world.asker.office.dispute(upheld.digest())
    assert world.lead.office.settle(upheld.digest(), reopen=False).standing.state is State.REFUSED
    _refused("agreement_step_refused", lambda: world.asker.office.dispute(upheld.digest()))


def test_a_newer_version_ends_the_older_one_when_its_period_begins(world: World) -> None:
    first = world.conclude()
    later = world.clock.seconds() + 2 * DAY
    second = world.propose(first, valid_from=later, retention_days=30)
    _refused("agreement_invalid at /agreement/replaces", lambda: world.propose(first))
    world.holder.office.sign(second.digest(), SIGNATORIES)
    world.lead.office.countersign(second.digest(), SIGNATORIES)
    _refused("agreement_invalid at /agreement/replaces", lambda: world.propose(first))
    replace_agreements(world.gateway)
    assert world.state_of(first) is State.ACTIVE
    world.pass_time(days=3)
    replace_agreements(world.gateway)
    replace_agreements(world.gateway)
    assert world.state_of(first) is State.REPLACED
    assert world.state_of(second) is State.ACTIVE
    assert [kind for kind, _ in world.log_entries()].count("agreement.replace") == 1
    _refused("agreement_step_refused", lambda: world.asker.office.suspend(first.digest()))


@pytest.mark.parametrize("changes", [{"revision": 3}, {"purpose": "P14"}, {"replaces": "A" * 43}])
def test_a_version_that_does_not_follow_is_refused(world: World, changes: dict[str, object]) -> None:
    first = world.conclude()
    drafted = Agreement.model_validate(world.draft(first).model_dump() | changes)
    with pytest.raises(ProblemError):
        world.asker.office.propose(drafted, SIGNATORIES)


def test_whoever_suspends_resumes(world: World) -> None:
    agreement = world.conclude()
    digest = agreement.digest()
    world.lead.office.suspend(digest)
    world.asker.office.suspend(digest)
    _refused("agreement_step_refused", lambda: world.asker.office.suspend(digest))
    world.lead.office.resume(digest)
    assert world.state_of(agreement) is State.SUSPENDED
    world.asker.office.resume(digest)
    assert world.state_of(agreement) is State.ACTIVE
    _refused("not_a_party", lambda: world.lead.office.revoke(digest))
    world.holder.office.revoke(digest)
    assert world.state_of(agreement) is State.REVOKED


def test_a_provider_that_has_not_signed_refuses_and_does_not_revoke(world: World) -> None:
    agreement = world.propose()
    world.holder.office.sync()
    _refused("agreement_step_refused", lambda: world.holder.office.revoke(agreement.digest()))
    world.asker.office.revoke(agreement.digest())
    assert world.state_of(agreement) is State.REVOKED


def test_an_answer_is_due_in_ten_working_days_extended_once_and_then_overdue(world: World) -> None:
    agreement = world.propose()
    digest = agreement.digest()
    first_due = world.holder.office.accept_complete(digest).review_due_at
    second_due = world.holder.office.extend_review(digest).review_due_at
    assert first_due is not None
    assert second_due is not None
    assert world.clock.seconds() + 13 * DAY < first_due
    assert first_due + 13 * DAY < second_due
    _refused("agreement_step_refused", lambda: world.holder.office.extend_review(digest))
    before = [kind for kind, _ in world.log_entries()].count("agreement.overdue")
    note_overdue_reviews(world.gateway)
    assert [kind for kind, _ in world.log_entries()].count("agreement.overdue") == before
    world.pass_time(seconds=second_due - world.clock.seconds() + 1)
    note_overdue_reviews(world.gateway)
    once = [kind for kind, _ in world.log_entries()].count("agreement.overdue")
    note_overdue_reviews(world.gateway)
    assert [kind for kind, _ in world.log_entries()].count("agreement.overdue") == once > before
    assert world.holder.office.refuse(digest, "not_held").review_due_at is None


def test_an_index_is_due_in_twenty_working_days_and_then_overdue(world: World) -> None:
    agreement = world.conclude()
    digest = agreement.digest()
    due = world.holder.office.sync()[digest].review_due_at
    assert due is not None
    assert 27 * DAY < due - world.clock.seconds() < 45 * DAY  # with public holidays among them
    world.asker.office.suspend(digest)
    assert world.holder.office.sync()[digest].review_due_at is None
    world.asker.office.resume(digest)
    assert world.holder.office.sync()[digest].review_due_at == due
    before = [kind for kind, _ in world.log_entries()].count("agreement.overdue")
    world.pass_time(seconds=due - world.clock.seconds() + 1)
    note_overdue_reviews(world.gateway)
    note_overdue_reviews(world.gateway)
    overdue = [reason for kind, reason in world.log_entries() if kind == "agreement.overdue"]
    assert len(overdue) == before + 1
    assert overdue[-1] == "delivery"


def test_an_extension_comes_too_late_once_the_answer_is_overdue(world: World) -> None:
    agreement = world.propose()
    due = world.holder.office.accept_complete(agreement.digest()).review_due_at
    assert due is not None
    world.pass_time(seconds=due - world.clock.seconds() + 1)
    _refused("agreement_step_refused", lambda: world.holder.office.extend_review(agreement.digest()))


def test_a_period_that_is_over_ends_it_and_it_can_be_renewed(world: World) -> None:
    agreement = world.conclude(valid_until=world.clock.seconds() + DAY)
    unsigned = world.propose(valid_until=world.clock.seconds() + DAY)
    world.pass_time(days=1)
    expire_agreements(world.gateway)
    assert world.state_of(agreement) is State.EXPIRED
    assert world.state_of(unsigned) is State.EXPIRED
    assert world.state_of(world.conclude(agreement)) is State.ACTIVE


def test_the_log_says_of_each_step_what_the_agency_itself_kept(world: World) -> None:
    """Each agency's check of its own messages: signatures with their officers, reasons and notes."""
    agreement = world.propose()
    world.holder.office.return_incomplete(agreement.digest(), ("basis_missing",), "请补充依据")
    second = world.conclude(agreement)
    world.lead.office.suspend(second.digest())
    world.lead.office.resume(second.digest())
    sign_log(world.gateway)
    for session in (world.asker, world.holder, world.lead):
        found = OwnLogCheck(session.connector, session.client).run()
        assert found.compared > 0
        assert not found.faults
