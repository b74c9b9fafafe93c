"""Each rule as it is shipped: something that fires it, and the nearest thing that does not."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from gateway.alerts.evaluation import EVALUATIONS, gateway_rules
from gateway.alerts.facts import Place, RunCount, Severity, SkewedSignature, WitnessState
from gateway.alerts.rule import Rule, RuleKind, load_rules
from gateway.log.event_names import EventType, PersonalField
from tests.unit.gateway.alerts.rows import (
    ASKER,
    HOLDER,
    NOON,
    OFFICER,
    OTHER,
    THIRD,
    evaluate,
    hours,
    row,
    rows,
)

RESULT = row(1, EventType.MATCH_RESULT, policy="agreement-1")


def _run(asked: int, matched: int, agreement: str = "agreement-1") -> RunCount:
    return RunCount(ASKER, agreement, RESULT.day_on, asked, matched)


def test_every_kind_is_evaluated_or_said_to_be_the_agencys() -> None:
    assert {*EVALUATIONS, RuleKind.INSIDE_AGENCY} == set(RuleKind)
    assert {rule.kind for rule in load_rules().values()} == set(RuleKind)
    assert not {"own-surname", "own-household"} & {rule.code for rule in gateway_rules(load_rules())}


def test_many_records_of_several_runs_that_hardly_match_are_found() -> None:
    (found,) = evaluate("enumeration", RESULT, runs=(_run(40, 1), _run(60, 1)))
    assert (found.count, found.agencies, found.entries) == (98, (ASKER, HOLDER), (RESULT.place,))


@pytest.mark.parametrize(
    "runs",
    [(_run(49, 0),), (_run(100, 3),), (_run(100, 0, "agreement-2"),)],
    ids=["few records", "enough matches", "another agreement"],
)
def test_a_usual_hit_rate_is_no_enumeration(runs: tuple[RunCount, ...]) -> None:
    assert not evaluate("enumeration", RESULT, runs=runs)


def test_runs_without_a_new_entry_are_not_found_again() -> None:
    assert not evaluate("enumeration", runs=(_run(1000, 0),))


def test_a_query_without_a_case_is_found_by_agency_purpose_and_day() -> None:
    without = frozenset({PersonalField.OFFICER})
    refused = row(3, EventType.REFUSAL, reason="case_number_missing")
    found = evaluate("no-case", row(1, personal=without), row(2), refused)
    assert [one.entries for one in found] == [(Place(2026, 1), Place(2026, 3))]


def test_a_purpose_that_wants_no_case_and_another_refusal_are_not_found() -> None:
    other = row(2, EventType.REFUSAL, reason="region_not_covered")
    assert not evaluate("no-case", row(1, purpose="P16", personal=frozenset()), other, row(3))


def test_an_officer_far_above_the_median_of_the_peers_is_found() -> None:
    activity = (*hours(OFFICER, 31), *hours(OTHER, 10), *hours(THIRD, 10))
    (found,) = evaluate("busy-officer", row(officer=OFFICER), row(2, officer=OTHER), activity=activity)
    assert (found.count, found.entries) == (31, (Place(2026, 1),))


@pytest.mark.parametrize(
    "activity",
    [
        (*hours(OFFICER, 30), *hours(OTHER, 10), *hours(THIRD, 10)),
        (*hours(OFFICER, 29), *hours(OTHER, 1), *hours(THIRD, 1)),
        (*hours(OFFICER, 500), *hours(OTHER, 1)),
        (*hours(OFFICER, 500, before=1), *hours(OTHER, 1), *hours(THIRD, 1)),
    ],
    ids=["three times", "few requests", "one peer", "another day"],
)
def test_an_officer_within_the_norm_is_not_found(activity: object) -> None:
    assert not evaluate("busy-officer", row(officer=OFFICER), activity=activity)


def test_a_night_is_one_finding_though_it_spans_two_days() -> None:
    evening = row(1, at=NOON.replace(hour=12), officer=OFFICER)  # 20:00
    morning = row(2, at=NOON.replace(hour=22, minute=59), officer=OFFICER)  # 06:59 of the next day
    (found,) = evaluate("office-hours", evening, morning)
    assert found.entries == (evening.place, morning.place)


def test_office_hours_and_emergencies_are_not_found_at_night() -> None:
    seven, before_eight = row(1, at=NOON.replace(hour=23)), row(2, at=NOON.replace(hour=11, minute=59))
    assert not evaluate("office-hours", seven, before_eight, row(3, at=NOON.replace(hour=15), purpose="P16"))


def test_an_hour_away_from_the_usual_ones_is_found() -> None:
    usual = hours(OFFICER, 10, days=6, hour=9, before=1)
    (found,) = evaluate("unusual-hours", row(officer=OFFICER), activity=usual)
    assert found.entries == (Place(2026, 1),)


@pytest.mark.parametrize(
    "usual",
    [
        hours(OFFICER, 10, days=6, hour=11, before=1),
        hours(OFFICER, 10, days=4, hour=9, before=1),
        hours(OTHER, 10, days=6, hour=9, before=1),
    ],
    ids=["the hour before", "too little known", "another officer"],
)
def test_usual_or_unknown_hours_are_not_found(usual: object) -> None:
    assert not evaluate("unusual-hours", row(officer=OFFICER), activity=usual)


def test_an_emergency_is_found_by_purpose_or_by_its_reason() -> None:
    by_reason = row(2, EventType.REFUSAL, personal=frozenset({PersonalField.EMERGENCY_REASON}))
    found = evaluate("emergency", row(1, purpose="P16"), by_reason, row(3))
    assert [one.entries for one in found] == [(Place(2026, 1),), (Place(2026, 2),)]


def test_an_ordinary_query_is_no_emergency() -> None:
    assert not evaluate("emergency", row(1), row(2, EventType.REFUSAL, purpose="P16"))


def test_an_intent_without_an_outcome_is_found() -> None:
    found = evaluate("orphan", *rows(3), answered=frozenset({"event-1", "event-3"}))
    assert [one.entries for one in found] == [(Place(2026, 2),)]


def test_a_question_for_statistics_is_an_intent_too() -> None:
    asked = row(1, EventType.STATISTICS_QUERY)
    assert EventType.STATISTICS_QUERY in EVALUATIONS[RuleKind.ORPHAN_INTENT].types
    assert len(evaluate("orphan", asked)) == 1
    assert not evaluate("orphan", asked, answered=frozenset({"event-1"}))


def test_an_answered_intent_and_an_outcome_are_no_orphans() -> None:
    receipt = row(2, EventType.FIELD_RECEIPT, ref="event-1")
    assert not evaluate("orphan", row(1), receipt, answered=frozenset({"event-1"}))


def test_a_witness_that_never_signed_or_stopped_is_found() -> None:
    silent = WitnessState(ASKER, NOON - timedelta(hours=5), None)
    stopped = WitnessState(HOLDER, NOON - timedelta(days=9), NOON - timedelta(hours=4))
    assert [(one.agencies, one.count) for one in evaluate("late-witness", witnesses=(silent, stopped))] == [
        ((ASKER,), 5),
        ((HOLDER,), 4),
    ]


def test_a_witness_in_time_or_just_named_is_not_found() -> None:
    fresh = WitnessState(ASKER, NOON - timedelta(hours=3), None)
    signing = WitnessState(HOLDER, NOON - timedelta(days=9), NOON - timedelta(hours=3, minutes=59))
    assert not evaluate("late-witness", witnesses=(fresh, signing))


def test_an_agreement_that_was_used_and_withdrawn_is_found() -> None:
    begin = row(1, EventType.AGREEMENT_ACTIVATE, policy="agreement-1")
    use = row(2, EventType.FIELD_RELEASE, policy="agreement-1")
    end = row(3, EventType.AGREEMENT_REVOKE, policy="agreement-1", at=NOON + timedelta(days=7))
    (found,) = evaluate("changed-and-back", end, earlier=(begin,), uses={"agreement-1": (use,)})
    assert found.entries == (begin.place, use.place, end.place)


def test_an_agreement_unused_or_of_longer_standing_is_not_found() -> None:
    begin = row(1, EventType.AGREEMENT_ACTIVATE, policy="agreement-1")
    use = row(2, EventType.FIELD_RELEASE, policy="agreement-1")
    late = row(3, EventType.AGREEMENT_REVOKE, policy="agreement-1", at=NOON + timedelta(days=8))
    assert not evaluate("changed-and-back", late, earlier=(begin,), uses={"agreement-1": (use,)})
    soon = row(3, EventType.AGREEMENT_REVOKE, policy="agreement-1", at=NOON + timedelta(days=1))
    assert not evaluate("changed-and-back", soon, earlier=(begin,))


def _witnesses(idx: int, content: str, days: int = 0) -> object:
    return row(idx, EventType.LOG_WITNESS, content=content, at=NOON + timedelta(days=days))


def test_a_witness_policy_that_is_restored_is_found() -> None:
    found = evaluate("changed-and-back", _witnesses(3, "old", 6), earlier=(_witnesses(1, "old"), _witnesses(2, "new")))  # type: ignore[arg-type]
    assert [one.entries for one in found] == [(Place(2026, 2), Place(2026, 3))]


def test_a_new_witness_policy_and_a_late_return_are_not_found() -> None:
    assert not evaluate("changed-and-back", _witnesses(1, "old"), _witnesses(2, "new"), _witnesses(3, "newer"))  # type: ignore[arg-type]
    assert not evaluate(
        "changed-and-back", _witnesses(3, "old", 9), earlier=(_witnesses(1, "old"), _witnesses(2, "new"))
    )  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("records", "severity"), [(25, Severity.INFO), (250, Severity.WARNING), (2_500, Severity.SERIOUS)]
)
def test_exports_of_a_day_are_summed(records: int, severity: Severity) -> None:
    before = row(1, EventType.AUDIT_EXPORT, records=records - 5, officer=OFFICER)
    last = row(2, EventType.AUDIT_EXPORT, records=5, officer=OFFICER)
    (found,) = evaluate("large-export", last, earlier=(before,))
    assert (found.count, found.severity, found.entries) == (records, severity, (last.place,))


def test_small_exports_of_two_people_and_files_without_entries_are_not_found() -> None:
    mine, hers = (
        row(place, EventType.AUDIT_EXPORT, records=24, officer=tag) for place, tag in ((1, OFFICER), (2, OTHER))
    )
    assert not evaluate("large-export", mine, hers, row(3, EventType.AUDIT_EXPORT, officer=OFFICER))


def test_a_signature_from_before_its_checkpoint_is_found() -> None:
    skewed = SkewedSignature(ASKER, 2026, 9, NOON, NOON - timedelta(seconds=3))
    (found,) = evaluate("clock-skew", skewed=(skewed,))
    assert (found.agencies, found.count) == ((ASKER,), 3)


def test_requests_that_come_expired_are_found_and_a_few_are_not() -> None:
    expired = rows(5, event_type=EventType.REFUSAL, reason="envelope_expired")
    (found,) = evaluate("clock-skew", expired[-1], earlier=expired[:-1])
    assert (found.count, found.entries) == (5, (expired[-1].place,))
    assert not evaluate("clock-skew", expired[-1], earlier=expired[1:-1])


def test_a_clock_within_two_seconds_is_not_found() -> None:
    assert not evaluate("clock-skew", skewed=(SkewedSignature(ASKER, 2026, 9, NOON, NOON - timedelta(seconds=2)),))


@pytest.mark.parametrize("reason", ["failed", "outside_differs"])
def test_a_log_that_does_not_verify_is_found(reason: str) -> None:
    (found,) = evaluate("verification-failed", row(1, EventType.LOG_VERIFY, reason=reason))
    assert found.entries == (Place(2026, 1),)


@pytest.mark.parametrize("reason", ["passed", "outside_agrees"])
def test_a_log_that_verifies_is_not_found(reason: str) -> None:
    assert not evaluate("verification-failed", row(1, EventType.LOG_VERIFY, reason=reason))


def test_a_lockout_is_found_and_a_wrong_password_is_not() -> None:
    assert evaluate("locked-out", row(1, EventType.AUTH_FAIL, reason="locked"))
    assert not evaluate("locked-out", row(1, EventType.AUTH_FAIL, reason="wrong_password"))


def test_overdue_items_of_an_office_are_found_together_and_each_office_apart() -> None:
    late = [row(place, EventType.ITEM_ESCALATE, actor="gateway.990100", peer=HOLDER) for place in (1, 2)]
    other = row(3, EventType.ITEM_ESCALATE, actor="gateway.990100", peer=ASKER)
    found = evaluate("item-overdue", *late, other)
    assert [(one.count, one.adds) for one in found] == [(2, True), (1, True)]
    assert HOLDER in found[0].agencies
    assert ASKER in found[1].agencies


def test_overdue_answers_of_a_provider_are_found_together() -> None:
    overdue = [row(place, EventType.AGREEMENT_OVERDUE, actor="gateway.990100", peer=HOLDER) for place in (1, 2)]
    (found,) = evaluate("review-overdue", *overdue)
    assert (found.count, HOLDER in found.agencies) == (2, True)
    assert EVALUATIONS[RuleKind.REVIEW_OVERDUE].types == {EventType.AGREEMENT_OVERDUE}


def test_a_purpose_that_the_agency_hardly_used_is_found() -> None:
    (found,) = evaluate("rare-purpose", row(1), row(2, purpose="P04"), usage={(ASKER, "P04"): 1000, (ASKER, "P01"): 10})
    assert found.entries == (Place(2026, 1),)


def test_a_usual_purpose_and_a_new_agency_are_not_found() -> None:
    assert not evaluate("rare-purpose", row(1), usage={(ASKER, "P04"): 980, (ASKER, "P01"): 20})
    assert not evaluate("rare-purpose", row(1), usage={(ASKER, "P04"): 99})


def test_a_rule_with_other_parameters_or_units_is_refused() -> None:
    shipped = load_rules()["orphan"].model_dump(mode="json")
    for changed in (
        shipped | {"parameters": {}},
        shipped | {"parameters": {"unanswered_for": {"value": 10, "unit": "hours"}}},
        shipped | {"window": {"value": 0, "unit": "hours"}},
        shipped | {"evaluated": "agency"},
        shipped | {"unknown": 1},
    ):
        with pytest.raises(ValidationError):
            Rule.model_validate(changed)
    assert Rule.model_validate(shipped) == load_rules()["orphan"]


def test_tags_and_causes_show_in_no_repr() -> None:
    found = evaluate("office-hours", row(1, at=NOON.replace(hour=15), officer=OFFICER))
    assert OFFICER.hex() not in repr(found)
    assert "\\x01" not in repr(row(officer=OFFICER)) + repr(hours(OFFICER, 1))


def test_an_officer_who_goes_on_after_the_own_budget_is_found() -> None:
    over = [row(place, EventType.REFUSAL, reason="officer_budget_exhausted", officer=OFFICER) for place in (1, 2)]
    (found,) = evaluate("officer-budget", *over)
    assert (found.count, found.agencies) == (2, (ASKER, HOLDER))


@pytest.mark.parametrize("reason", ["budget_exhausted", "officer_suspended", "case_number_missing"])
def test_another_refusal_is_no_officer_s_budget(reason: str) -> None:
    assert not evaluate("officer-budget", row(1, EventType.REFUSAL, reason=reason, officer=OFFICER))


def test_a_suspension_is_found_by_the_officer_s_agency_and_day() -> None:
    gateway = "gateway.990100"
    suspended = [row(place, EventType.OFFICER_SUSPEND, actor=gateway, peer=ASKER) for place in (1, 2)]
    other = row(3, EventType.OFFICER_SUSPEND, actor=gateway, peer=HOLDER)
    found = evaluate("officer-suspended", *suspended, other)
    assert [one.entries for one in found] == [(Place(2026, 1), Place(2026, 2)), (Place(2026, 3),)]


ASKED = row(1, EventType.MATCH_QUERY, policy="agreement-1", officer=OFFICER)


def _own(asked: int, matched: int, officer: bytes = OFFICER, agreement: str = "agreement-1") -> RunCount:
    return RunCount(ASKER, agreement, ASKED.day_on, asked, matched, officer)


@pytest.mark.parametrize(
    "runs",
    [
        (_own(12, 0), _own(12, 0)),
        (_own(20, 1),),
        (_own(40, 10), _own(100, 80, OTHER)),  # a quarter, where the peers find four fifths
    ],
    ids=["no hits", "hardly any", "far below the peers"],
)
def test_an_officer_whose_questions_hardly_match_is_found(runs: tuple[RunCount, ...]) -> None:
    (found,) = evaluate("officer-hit-rate", ASKED, runs=runs)
    assert found.count == sum(run.asked - run.matched for run in runs if run.officer == OFFICER)
    assert found.entries == (ASKED.place,)


@pytest.mark.parametrize(
    "runs",
    [
        (_own(19, 0),),
        (_own(20, 2),),
        (_own(40, 20), _own(100, 80, OTHER)),
        (_own(40, 10), _own(99, 99, OTHER)),
        (_own(100, 0, OTHER), _own(20, 20)),
        (_own(100, 0, OFFICER, "agreement-2"),),
    ],
    ids=["few records", "enough matches", "half of the peers'", "few peers", "another officer", "another agreement"],
)
def test_a_usual_officer_is_not_found(runs: tuple[RunCount, ...]) -> None:
    assert not evaluate("officer-hit-rate", ASKED, runs=runs)
