"""The arithmetic of comparisons: which turns count, what the ratios are, what is left of latencies."""

from itertools import count

import pytest

from bench.harness import Comparison, Contest, Figure, Sample, compare, latency_figures, percentile, timed


def contest(turns: list[str], ours: list[Sample], theirs: list[Sample]) -> Contest:
    def turn(who: str, samples: list[Sample]):
        remaining = iter(samples)

        def play() -> Sample:
            turns.append(who)
            return next(remaining)

        return play

    return Contest("appends", "appends", "the bare limit", turn("ours", ours), turn("theirs", theirs))


def test_turns_alternate_and_the_first_of_each_does_not_count():
    turns: list[str] = []
    warm_up, samples = Sample(1, 1_000), [Sample(100, 2), Sample(100, 4)]
    found = compare(contest(turns, [warm_up, *samples], [warm_up, Sample(100, 1), Sample(100, 1)]), 2, lambda _: None)
    assert turns == ["ours", "theirs"] * 3
    assert found.ours == (50, 25)
    assert found.theirs == (100, 100)


def test_it_says_how_far_it_is():
    told: list[str] = []
    same = [Sample(1, 1)] * 4
    compare(contest([], same, same), 3, told.append)
    assert told == ["appends: 1/3", "appends: 2/3", "appends: 3/3"]


def test_ratios_are_taken_round_by_round():
    found = Comparison("a", "b", "c", ours=(90, 10, 50), theirs=(100, 10, 100))
    assert found.ratios == (0.9, 1.0, 0.5)
    assert found.median_ratio == 0.9
    assert found.best_ratio == 1.0
    assert (found.median_ours, found.median_theirs) == (50, 100)


def test_processor_time_is_compared_by_unit_of_work():
    ours, theirs = Sample(10, 9, cpu_seconds=4), Sample(100, 9, cpu_seconds=20)
    found = compare(contest([], [ours, ours], [theirs, theirs]), 1, lambda _: None)
    assert found.cpu_ratios == (0.5,)
    assert found.median_cpu_ratio == 0.5


def test_processor_time_of_another_process_is_not_made_up():
    ours, theirs = Sample(10, 9), Sample(100, 9, cpu_seconds=20)
    found = compare(contest([], [ours, ours], [theirs, theirs]), 1, lambda _: None)
    assert found.cpu_ratios == ()
    assert found.median_cpu_ratio is None


def test_two_turns_add_up():
    assert Sample(1, 2, 3, (4.0,)) + Sample(10, 20, 30, (40.0,)) == Sample(11, 22, 33, (4.0, 40.0))
    assert (Sample(1, 2, 3) + Sample(10, 20)).cpu_seconds is None


def test_latencies_are_ours_and_of_all_counted_rounds():
    ours = [Sample(1, 1, latencies=(9.0,)), Sample(2, 1, latencies=(0.001, 0.003)), Sample(1, 1, latencies=(0.002,))]
    theirs = [Sample(1, 1, latencies=(7.0,))] * 3
    found = compare(contest([], ours, theirs), 2, lambda _: None)
    assert found.figures == (Figure("p50", 2.0, "ms"), Figure("p95", 3.0, "ms"), Figure("p99", 3.0, "ms"))


def test_no_latencies_give_no_figures():
    assert latency_figures([]) == ()


@pytest.mark.parametrize(("percent", "value"), [(0, 1), (10, 1), (11, 2), (50, 5), (95, 10), (100, 10)])
def test_a_percentile_is_a_value_that_was_seen(percent, value):
    assert percentile([10, 9, 8, 7, 6, 5, 4, 3, 2, 1], percent) == value


def test_a_timed_turn_does_the_work_once():
    calls = count()
    sample = timed(5, lambda: next(calls))
    assert next(calls) == 1
    assert sample.units == 5
    assert sample.seconds > 0
    assert sample.cpu_seconds is not None
