"""What follows the four questions: a possible match that a person decides, and a question about guardians' children."""

from dataclasses import dataclass

from connectors.requester.ask import Questioner
from connectors.requester.review import decide_row
from connectors.state.questions import Question, Review, RowResult
from demo.scenario.cast import APPROVER, GUARDIAN_PLAN, OFFICER, PLANS, Plan
from demo.scenario.desks import agree, publish
from demo.scenario.scoring import truth_of
from demo.scenario.stage import Stage
from schemas.agreement import Agreement
from schemas.messages.match import Decision, Outcome, ReviewReason


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A possible match before and after a reviewer's decision, and whether the child is the right one."""

    plan: Plan
    before: RowResult
    after: RowResult
    is_right: bool


@dataclass(frozen=True, slots=True)
class GuardiansAsked:
    """What became of the list of guardians: how many were asked about, how many have children on file, how many."""

    asked: int
    found: int
    children: int
    open_cases: int
    answered: int


def review_one(stage: Stage, agreements: dict[str, Agreement]) -> Reviewed | None:
    """Decide the possible match for which most speaks, of a child that the provider holds; None if there is none.

    The demo knows the truth and stands in for the officer, who would look into papers.
    """
    for plan in PLANS:
        agreement = agreements[plan.purpose]
        session = stage.sessions[plan.requester]
        questioner = Questioner(session.connector, session.client, session.trust)
        question = next(asked for asked in questioner.vault.list_questions() if asked.agreement == agreement.digest())
        truth = truth_of(stage.province, plan, stage.sessions[plan.provider], agreement)
        waiting = [
            result
            for result in questioner.vault.results(question.id)
            if result.is_undecided and truth.child_of_row[str(result.row_number)] in truth.covered
        ]
        if waiting:
            before = max(waiting, key=lambda result: (result.probability or 0, len(result.agreed), result.row_number))
            after = _decide(questioner, question, before.row_number)
            records = truth.records_behind([after])
            is_right = (
                truth.child_of_record.get(records.get(after.row_number, ""))
                == truth.child_of_row[str(after.row_number)]
            )
            return Reviewed(plan, before, after, is_right)
    return None


def _decide(questioner: Questioner, question: Question, row_number: int) -> RowResult:
    asked = questioner.open(question, OFFICER, APPROVER)
    review = Review(
        decision=Decision.MATCH,
        reason=ReviewReason.PAPERS_SEEN,
        officer=OFFICER,
        approver=APPROVER,
        decided_at=asked.connector.seconds(),
    )
    (after,) = decide_row(asked, row_number, review, lambda *_: None)
    return after


def ask_about_guardians(stage: Stage) -> GuardiansAsked:
    """Have public security ask civil affairs about the children of the guardians on its list."""
    plan = GUARDIAN_PLAN
    requester, provider = stage.sessions[plan.requester], stage.sessions[plan.provider]
    agreement = agree(requester, provider, plan.purpose, plan.regions)
    publish(provider, agreement, lambda *_: None)
    requester.client.refresh_registry()
    results = stage.ask(plan, agreement, lambda *_: None)
    found = [result for result in results if result.outcome == Outcome.MATCH]
    return GuardiansAsked(
        asked=len({result.row_number for result in results}),
        found=len({result.row_number for result in found}),
        children=len({result.handle for result in found}),
        open_cases=sum(result.values.get(plan.attribute) is True for result in found),
        answered=sum(bool(result.values) for result in found),
    )
