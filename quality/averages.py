"""The figures of several provinces as one: means over the same pair of agencies, and over all pairs."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from quality.results import Method, Outcome, Results, TrialResult


@dataclass(frozen=True, slots=True)
class Averages:
    """Means of one method over some trials; None where not every trial has a value.

    Attributes:
        f1: at the point chosen without labels; `precision` and `recall` there.
        best_f1: at the best point for somebody who knows the truth.
        lowest_f1: the worst trial's.
    """

    f1: float | None
    precision: float | None
    recall: float | None
    best_f1: float | None
    lowest_f1: float | None


def averages(trials: Iterable[TrialResult], method: Method) -> Averages:
    """Return the means of a method over trials."""
    outcomes = [trial.of(method) for trial in trials]
    chosen = [outcome.chosen for outcome in outcomes if outcome is not None and outcome.chosen is not None]
    best = [outcome.best for outcome in outcomes if outcome is not None and outcome.best is not None]
    is_whole = bool(outcomes) and len(chosen) == len(outcomes)
    return Averages(
        f1=fmean(one.f1 for one in chosen) if is_whole else None,
        precision=fmean(one.precision for one in chosen) if is_whole else None,
        recall=fmean(one.recall for one in chosen) if is_whole else None,
        best_f1=fmean(one.f1 for one in best) if outcomes and len(best) == len(outcomes) else None,
        lowest_f1=min(one.f1 for one in chosen) if is_whole else None,
    )


def by_name(trials: Sequence[TrialResult]) -> Mapping[str, list[TrialResult]]:
    """Return the trials of each pair of agencies, in the order in which they were first made."""
    groups: dict[str, list[TrialResult]] = {}
    for trial in trials:
        groups.setdefault(trial.name, []).append(trial)
    return groups


def why_missing(trials: Iterable[TrialResult], method: Method) -> str | None:
    """Return why a method has no figure for some of the trials; None when it has all or takes no part."""
    reasons = (outcome.missing for trial in trials if (outcome := trial.of(method)) is not None)
    return next((reason for reason in reasons if reason is not None), None)


def mean_of(results: Results, method: Method, value: Callable[[Outcome], float]) -> float | None:
    """Return the mean of a value over all pairs of agencies in which the method has a result."""
    outcomes = [outcome for trial in results.in_group("pairs") if (outcome := trial.of(method)) is not None]
    values = [value(outcome) for outcome in outcomes if outcome.missing is None]
    return fmean(values) if values else None
