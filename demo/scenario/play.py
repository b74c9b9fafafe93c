"""The play itself: setting up, agreeing, publishing, asking, being refused, checking the log."""

import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from rich.progress import Progress, TaskID

from connectors.cli.progress import show_progress
from connectors.identifiers import new_uuid
from connectors.publisher.publish_index import Progress as StepProgress
from connectors.requester.open_question import Progress as QuestionProgress
from connectors.requester.open_question import Step
from connectors.state.alerts import list_alerts
from demo.province import Agency
from demo.scenario.audit_desk import AskedChild, check_witnesses, find_asked_child
from demo.scenario.cast import COUNTY, PLANS, Plan
from demo.scenario.desks import agree, publish
from demo.scenario.dishonest_gateway import DishonestGateway
from demo.scenario.further_steps import ask_about_guardians, review_one
from demo.scenario.log_check import check_log
from demo.scenario.parents_play import play_parents
from demo.scenario.refusals import Refusal, RefusalPlay
from demo.scenario.report import Report
from demo.scenario.scoring import score_question
from demo.scenario.stage import Stage
from demo.scenario.write_province import write_province
from schemas.agreement import Agreement
from schemas.problem import ProblemCode

EXPIRY_SECONDS = 20
"""So long an agreement lasts that is to expire: it is signed before the questions, so that nobody has to hurry."""
RELIABLE_PRECISION = 0.99
STEP_NAMES = {
    Step.FIRST_KEYS: "号码、姓名和生日 / number, name and date",
    Step.OTHER_KEYS: "其余的键 / the other keys",
    Step.ANSWERS: "答复 / answers",
}


@dataclass
class Play:
    """One run of the demo in a folder of its own."""

    folder: Path
    children: int
    seed: int
    today: date
    report: Report
    stage: Stage = field(init=False)
    agreements: dict[str, Agreement] = field(default_factory=dict)
    matched_handle: str = ""
    asked_child: AskedChild | None = None
    expiring: Agreement = field(init=False)

    def __post_init__(self) -> None:
        self.stage = Stage(self.folder, self.today)

    def run(self, stack: ExitStack) -> None:
        """Play all steps; the servers run until `stack` is closed."""
        self._write_province()
        self._set_up(stack)
        self._agree_and_publish()
        self._ask()
        self._review_and_relate()
        self._be_refused()
        self._check_log()
        self._tell_of_parents()

    def _write_province(self) -> None:
        self.report.step(0, "生成虚构省份的数据", "a synthetic province")
        write_province(self.stage, self.children, self.seed, self.report.console)

    def _set_up(self, stack: ExitStack) -> None:
        self.report.step(1, "网关和四个单位接入", "the gateway and four agencies join")
        self.stage.found()
        self.stage.have_witnessed()
        self.stage.open(stack)
        for desk in self.stage.desks.values():
            self.report.console.print(f"✓  {desk.part.name_zh} / {desk.part.name_en}  {desk.endpoint}", highlight=False)

    def _agree_and_publish(self) -> None:
        self.report.step(2, "签订协议并发布索引", "agreements signed, indexes published")
        rows = []
        with show_progress(self.report.console) as bars:
            for plan in PLANS:
                requester, provider = self.stage.sessions[plan.requester], self.stage.sessions[plan.provider]
                agreement = agree(requester, provider, plan.purpose, plan.regions)
                self.agreements[plan.purpose] = agreement
                began = time.perf_counter()
                published = publish(provider, agreement, _bar(bars, plan))
                rows.append((plan, published, time.perf_counter() - began))
                requester.client.refresh_registry()
        requester, provider = self.stage.sessions[Agency.EDUCATION], self.stage.sessions[Agency.CIVIL_AFFAIRS]
        self.expiring = agree(requester, provider, "P01", (COUNTY,), valid_seconds=EXPIRY_SECONDS)
        self.report.show_indexes(rows)
        for plan, published, _ in rows:
            is_active = published.publication is not None
            self.report.expect(f"{plan.purpose} 索引已启用", f"{plan.purpose} index active", is_met=is_active)

    def _ask(self) -> None:
        self.report.step(3, "四项查询", "four questions")
        rows = []
        with show_progress(self.report.console) as bars:
            for plan in PLANS:
                agreement = self.agreements[plan.purpose]
                began = time.perf_counter()
                results = self.stage.ask(plan, agreement, _question_bar(bars, plan))
                seconds = time.perf_counter() - began
                provider = self.stage.sessions[plan.provider]
                score = score_question(self.stage.province, plan, provider, agreement, results)
                rows.append((plan, score, seconds))
                if plan.purpose == "P01":
                    self.matched_handle = next(result.handle for result in results if result.handle)
                    self.asked_child = find_asked_child(self.stage, plan.provider, self.matched_handle)
        self.report.show_scores(rows)
        for plan, score, _ in rows:
            purpose, all_answered = plan.purpose, score.released == score.all_rows.matched
            self.report.expect(f"{purpose} 有匹配", f"{purpose} has matches", is_met=score.all_rows.matched > 0)
            self.report.expect(f"{purpose} 匹配者均有答复", f"{purpose}: every match answered", is_met=all_answered)
            is_reliable = score.all_rows.precision >= RELIABLE_PRECISION
            self.report.expect(f"{purpose} 匹配可靠", f"{purpose}: precision at least 0.99", is_met=is_reliable)

    def _review_and_relate(self) -> None:
        self.report.step(4, "一例复核，一份监护人名单", "one review, one list of guardians")
        reviewed = review_one(self.stage, self.agreements)
        if reviewed is not None:
            self.report.show_review(reviewed)
            is_answered = reviewed.after.outcome == "match" and bool(reviewed.after.values)
            self.report.expect("复核后取得答复", "answered after the review", is_met=is_answered)
        guardians = ask_about_guardians(self.stage)
        self.report.show_guardians(guardians)
        all_answered = guardians.answered == guardians.children
        self.report.expect("P10 找到的儿童均有答复", "P10: every child found is answered about", is_met=all_answered)

    def _be_refused(self) -> None:
        self.report.step(5, "九次拒绝", "nine refusals")
        requester, provider = self.stage.sessions[Agency.EDUCATION], self.stage.sessions[Agency.CIVIL_AFFAIRS]
        small = agree(requester, provider, "P01", (COUNTY,), evaluations_per_day=5)
        publish(provider, small, lambda *_: None)
        agreement = self.agreements["P01"]
        unsigned = agreement.model_copy(update={"id": new_uuid(requester.connector.random)})
        time.sleep(max(0, self.expiring.valid_until + 1 - requester.connector.seconds()))
        refusals = RefusalPlay(requester, agreement, self.expiring, small, unsigned).run()
        refusals.append(self._be_refused_by_provider())
        provider.office.revoke(small.digest())  # so that nobody at the consoles asks under so small a budget
        requester.office.sync()
        self.report.show_refusals(refusals)
        for refusal in refusals:
            zh, en = f"拒绝：{refusal.tried_zh}", f"refused: {refusal.tried_en}"
            self.report.expect(zh, en, is_met=refusal.is_as_expected)
        alerts = {code for _, code, _ in list_alerts(provider.connector.state)}
        is_alerted = "grant_exceeds_agreement" in alerts
        self.report.expect("提供部门已就越权授权告警", "the provider raised an alert", is_met=is_alerted)

    def _be_refused_by_provider(self) -> Refusal:
        gateway = DishonestGateway.open(self.stage.gateway_folder)
        endpoint = self.stage.desks[Agency.CIVIL_AFFAIRS].endpoint
        requester, agreement = self.stage.sessions[Agency.EDUCATION], self.agreements["P01"]
        met = gateway.grant_too_much(requester, agreement, self.matched_handle, "disability_cert_valid", endpoint)
        return Refusal("网关授予协议外的数据项", "a gateway that grants too much", ProblemCode.GRANT_EXCEEDED, met)

    def _check_log(self) -> None:
        self.report.step(6, "见证和离线校验日志", "the log witnessed, and verified offline")
        check_witnesses(self.stage, self.report)
        expected = {"attribute_not_agreed", "agreement_expired", "no_agreement", "region_not_agreed", "replayed"}
        expected |= {"case_number_missing", "body_digest_differs", "budget_exhausted"}
        check_log(self.stage.gateway_folder, self.folder / "log", expected, self.report)

    def _tell_of_parents(self) -> None:
        self.report.step(7, "五个部门合算，不知道是谁说的“是”", "five offices, and nobody knows which said yes")
        told = play_parents(self.folder / "parents", self.today)
        self.report.show_parents(told)
        self.report.expect("P03 每类一名儿童", "P03: one child of each class", is_met=told.is_as_expected)


def _bar(bars: Progress, plan: Plan) -> StepProgress:
    task = bars.add_task(f"{plan.purpose} 索引 / index", total=None)
    return lambda _step, done, total: _advance(bars, task, done, total)


def _question_bar(bars: Progress, plan: Plan) -> QuestionProgress:
    task = bars.add_task(f"{plan.purpose} 查询 / asking", total=None)
    return lambda step, done, total: bars.update(
        task, description=f"{plan.purpose} {STEP_NAMES[step]}", completed=done, total=total
    )


def _advance(bars: Progress, task: TaskID, done: int, total: int | None) -> None:
    bars.update(task, completed=done, total=total)
