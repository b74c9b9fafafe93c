"""What a requester obtained under a key epoch is destroyed when the epoch or the agreement ends, and not before."""

from dataclasses import replace
from datetime import timedelta

from connectors.epochs import destroy_ended_agreements, destroy_ended_evaluations
from connectors.jobs import destroy_expired
from connectors.state.evaluated_keys import list_evaluated
from tests.unit.connectors.requester.asking_offices import Office, child, write_roster


def asked(office: Office) -> str:
    """Ask once; returns the agreement's digest."""
    office.questioner.ask(office.question(write_roster(office.folder, [child(1)])), lambda *_: None)
    return office.agreement.digest()


def test_an_epoch_in_force_is_kept(office: Office) -> None:
    digest = asked(office)
    destroy_ended_evaluations(office.connector, office.trust)
    destroy_expired(office.connector, office.trust)
    assert list_evaluated(office.connector.state) == [(digest, 1)]


def test_an_epoch_that_is_not_stated_any_more_is_destroyed(office: Office) -> None:
    digest = asked(office)
    office.gateway.end_epoch(1)
    office.gateway.add_epoch(2)
    office.trust.accept(office.gateway.registry(version=2), office.connector.now())
    destroy_expired(office.connector, office.trust)
    assert list_evaluated(office.connector.state) == []
    office.questioner.ask(office.question(write_roster(office.folder, [child(1)]), 2), lambda *_: None)
    assert list_evaluated(office.connector.state) == [(digest, 2)]


def test_asking_destroys_it_too_where_no_service_runs(office: Office) -> None:
    digest = asked(office)
    office.gateway.end_epoch(1)
    office.gateway.add_epoch(2)
    office.trust.accept(office.gateway.registry(version=2), office.connector.now())
    office.questioner.ask(office.question(write_roster(office.folder, [child(1)]), 2), lambda *_: None)
    assert list_evaluated(office.connector.state) == [(digest, 2)]


def test_an_epoch_that_lies_ahead_by_a_slow_clock_is_kept(office: Office) -> None:
    office.gateway.end_epoch(1)
    office.gateway.add_epoch(2, active_from=office.connector.seconds())
    office.trust.accept(office.gateway.registry(version=2), office.connector.now())
    office.questioner.ask(office.question(write_roster(office.folder, [child(1)]), 2), lambda *_: None)
    slow = replace(office.connector, now=lambda: office.connector.now() - timedelta(seconds=30))
    destroy_ended_evaluations(slow, office.trust)
    assert list_evaluated(office.connector.state) == [(office.agreement.digest(), 2)]


def test_without_a_registry_to_be_believed_nothing_is_concluded(office: Office) -> None:
    digest = asked(office)
    late = replace(office.connector, now=lambda: office.connector.now() + timedelta(hours=2))
    destroy_ended_evaluations(late, office.trust)
    assert list_evaluated(office.connector.state) == [(digest, 1)]


def test_an_agreement_that_is_over_leaves_nothing(office: Office) -> None:
    digest = asked(office)
    almost = replace(office.connector, now=lambda: office.connector.now() + timedelta(days=1, seconds=-1))
    destroy_ended_agreements(almost)
    assert list_evaluated(office.connector.state) == [(digest, 1)]
    over = replace(office.connector, now=lambda: office.connector.now() + timedelta(days=1))
    destroy_ended_agreements(over)
    assert list_evaluated(office.connector.state) == []
