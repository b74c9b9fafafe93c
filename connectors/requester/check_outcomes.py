"""What the gateway says about rows is believed only if it is about them and could be so."""

from collections.abc import Sequence

from connectors.gateway_client import AnswerError
from schemas.comparison_words import find_rule
from schemas.key_set import KeySet
from schemas.messages.match import MatchAnswer, MatchOutcome, Outcome, SubjectKind


def check_outcomes(answer: MatchAnswer, places: Sequence[int], subject: SubjectKind, key_set: KeySet) -> None:
    """Check that `answer` is about the places asked, in order, and that each outcome is one that can be.

    Raises:
        AnswerError: the first thing that can't be.
    """
    if [outcome.row for outcome in answer.outcomes] != list(places):
        raise AnswerError("other_rows")
    if answer.summary.key_set != key_set.id:
        raise AnswerError("other_key_set")
    for outcome in answer.outcomes:
        _check_handles(outcome, subject)
        _check_comparison(outcome, key_set)
    if any(outcome.handles for outcome in answer.outcomes) != (answer.grant is not None):
        raise AnswerError("grant_without_match")


def _check_handles(outcome: MatchOutcome, subject: SubjectKind) -> None:
    if (outcome.outcome is Outcome.MATCH) != bool(outcome.handles):
        raise AnswerError("handle_without_match")
    if len(set(outcome.handles)) != len(outcome.handles):
        raise AnswerError("handle_twice")
    if subject is SubjectKind.CHILD and len(outcome.handles) > 1:
        raise AnswerError("several_handles_for_one_child")


def _check_comparison(outcome: MatchOutcome, key_set: KeySet) -> None:
    components = {component.name: component for component in key_set.comparison}
    for name, level in outcome.comparison.items():
        if name not in components or find_rule(components[name], level) is None:
            raise AnswerError("unknown_comparison")
