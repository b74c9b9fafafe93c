"""The whole path on real servers: every question finds its children, and answers hold what was agreed and no more."""

import pytest

from demo.scenario.cast import PLANS
from demo.scenario.scoring import score_question
from tests.scene import Scene


@pytest.mark.parametrize("purpose", [plan.purpose for plan in PLANS])
def test_each_question_is_answered_about_the_right_children(scene: Scene, purpose: str) -> None:
    plan, agreement = scene.plan(purpose), scene.agreements[purpose]
    results = scene.ask(purpose)
    score = score_question(scene.stage.province, plan, scene.session(plan.provider), agreement, results)
    assert score.matched == score.released > 0
    assert score.right == score.matched
    for result in results:
        expected = set(agreement.attributes) if result.outcome == "match" else set()
        assert set(result.values) == expected
        assert bool(result.receipt_number) == bool(expected)
