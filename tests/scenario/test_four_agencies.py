"""The whole path on real servers: every question finds its children, and answers hold what was agreed and no more."""

import pytest
from sqlalchemy import select, update

from connectors.requester.ask import Questioner
from connectors.state.database import reading, writing
from connectors.state.questions import PendingReceipt
from connectors.state.tables import release
from demo.province import Agency
from demo.scenario.cast import PLANS
from demo.scenario.scoring import score_question
from tests.scene import Scene


@pytest.mark.parametrize("purpose", [plan.purpose for plan in PLANS])
def test_each_question_is_answered_about_the_right_children(scene: Scene, purpose: str) -> None:
    plan, agreement = scene.plan(purpose), scene.agreements[purpose]
    results = scene.ask(purpose)
    score = score_question(scene.stage.province, plan, scene.session(plan.provider), agreement, results)
    assert score.all_rows.matched == score.released > 0
    assert score.all_rows.right == score.all_rows.matched
    for result in results:
        expected = set(agreement.attributes) if result.outcome == "match" else set()
        assert set(result.values) == expected
        assert bool(result.receipt_number) == bool(expected)


def test_a_receipt_that_is_owed_is_sent_when_the_question_is_resumed(scene: Scene) -> None:
    """The asker was killed between keeping the answers and sending the receipt."""
    asker, provider = scene.session(Agency.EDUCATION), scene.session(Agency.CIVIL_AFFAIRS)
    results = scene.ask("P01")
    vault = Questioner.vault_of(asker.connector)
    question = vault.list_questions()[0]
    number = next(result.receipt_number for result in results if result.receipt_number)
    with reading(provider.connector.state) as connection:
        answer = connection.execute(select(release.c.answer).where(release.c.receipt_number == number)).scalar_one()
    with writing(provider.connector.state) as connection:
        connection.execute(update(release).values(receipt_at=None))
    vault.add_results(question.id, results[:1], [PendingReceipt(number, answer)])
    Questioner(asker.connector, asker.client, asker.trust).ask(question, lambda *_: None)
    assert vault.owed_receipts(question.id) == []
    with reading(provider.connector.state) as connection:
        noted = connection.execute(select(release.c.receipt_at).where(release.c.receipt_number == number)).scalar_one()
    assert noted is not None


def test_once_an_index_is_published_none_is_due(scene: Scene) -> None:
    for plan in PLANS:
        digest = scene.agreements[plan.purpose].digest()
        assert scene.session(plan.provider).office.sync()[digest].review_due_at is None
