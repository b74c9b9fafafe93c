"""The play itself: setting up, agreeing, publishing, asking, being refused, checking the log."""

import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from rich.progress import Progress

from connectors.cli.progress import show_progress
from connectors.cli.session import Session
from connectors.identifiers import new_uuid
from connectors.publisher.publish_index import Progress as StepProgress
from connectors.requester.ask import Questioner
from connectors.state.alerts import list_alerts
from connectors.state.questions import Question, RowResult
from demo.province import Agency, generate_province
from demo.scenario.cast import APPROVER, CASE, COUNTY, GATEWAY_ID, OFFICER, PLANS, Plan
from demo.scenario.desks import Desk, agree, make_desks, publish
from demo.scenario.dishonest_gateway import DishonestGateway
from demo.scenario.log_check import check_log
from demo.scenario.refusals import Refusal, RefusalPlay
from demo.scenario.report import Report
from demo.scenario.rosters import write_roster_mapping
from demo.scenario.scoring import score_question
from demo.scenario.servers import free_port, run_command, serving
from schemas.agreement import Agreement
from schemas.problem import ProblemCode

EXPIRY_SECONDS = 2


@dataclass
class Play:
    """One run of the demo in a folder of its own."""

    folder: Path
    children: int
    seed: int
    today: date
    report: Report
    ports: dict[Agency, int] = field(default_factory=lambda: {kind: free_port() for kind in Agency})
    gateway_port: int = field(default_factory=free_port)
    sessions: dict[Agency, Session] = field(default_factory=dict)
    agreements: dict[str, Agreement] = field(default_factory=dict)
    handles: list[str] = field(default_factory=list)

    @property
    def gateway_url(self) -> str:
        """Where the gateway answers."""
        return f"http://127.0.0.1:{self.gateway_port}"

    @property
    def gateway_folder(self) -> Path:
        """The gateway's folder."""
        return self.folder / "gateway"

    @property
    def province(self) -> Path:
        """The agencies' data."""
        return self.folder / "province"

    @property
    def desks(self) -> dict[Agency, Desk]:
        """The four agencies' desks."""
        return make_desks(self.folder / "connectors", self.province, self.ports)

    def run(self, stack: ExitStack) -> None:
        """Play all steps; the servers run until `stack` is closed."""
        self._write_province()
        self._set_up(stack)
        self._agree_and_publish()
        self._ask()
        self._be_refused()
        self._check_log()

    def _write_province(self) -> None:
        self.report.step(0, "生成虚构省份的数据", "a synthetic province")
        with show_progress(self.report.console) as bars:
            task = bars.add_task("儿童 / children", total=self.children)
            summary = generate_province(
                self.province,
                self.children,
                self.seed,
                today=self.today,
                progress=lambda done: bars.update(task, completed=done),
            )
        held = "，".join(f"{agency.value} {count:,}" for agency, count in summary.records.items())
        self.report.console.print(f"{summary.children:,} 名儿童 / children：{held}")

    def _set_up(self, stack: ExitStack) -> None:
        self.report.step(1, "网关和四个单位接入", "the gateway and four agencies join")
        folder, url = str(self.gateway_folder), self.gateway_url
        name_zh, name_en = "童安县未成年人保护数据交换网关", "Tong'an County Child Protection Gateway"
        run_command(
            "tongxin-gateway", "--folder", folder, "init", "--id", GATEWAY_ID, "--url", url,
            "--name-zh", name_zh, "--name-en", name_en,
        )  # fmt: skip
        pin = self.gateway_folder / "gateway-pin.json"
        for desk in self.desks.values():
            desk.set_up()
            enrolment = str(desk.folder / "enrolment.jws")
            run_command(
                "tongxin-gateway", "--folder", folder, "member", "enrol", enrolment, "--yes", "--pin-out", str(pin)
            )
            desk.join(pin)
        arguments = ["--folder", folder, "serve", "--port", str(self.gateway_port)]
        stack.enter_context(serving("tongxin-gateway", arguments, f"{url}/healthz", self.folder / "gateway.log"))
        for kind, desk in self.desks.items():
            arguments = ["--folder", str(desk.folder), "serve", "--port", str(desk.port)]
            log = self.folder / f"{kind.value}.log"
            stack.enter_context(serving("tongxin-connector", arguments, f"{desk.endpoint}/healthz", log))
            self.sessions[kind] = desk.sit_down()
            self.report.console.print(f"✓ {desk.part.name_zh} / {desk.part.name_en}  {desk.endpoint}")

    def _agree_and_publish(self) -> None:
        self.report.step(2, "签订协议并发布索引", "agreements signed, indexes published")
        rows = []
        with show_progress(self.report.console) as bars:
            for plan in PLANS:
                requester, provider = self.sessions[plan.requester], self.sessions[plan.provider]
                agreement = agree(requester, provider, plan.purpose, plan.regions)
                self.agreements[plan.purpose] = agreement
                began = time.perf_counter()
                published = publish(provider, agreement, _bar(bars, plan))
                rows.append((plan, published, time.perf_counter() - began))
        self.report.show_indexes(rows)
        for plan, published, _ in rows:
            requester = self.sessions[plan.requester]
            requester.client.refresh_registry()
            self.report.expect(
                f"{plan.purpose} 索引已启用", f"{plan.purpose} index active", is_met=published.publication is not None
            )

    def _ask(self) -> None:
        self.report.step(3, "四项查询", "four questions")
        rows = []
        with show_progress(self.report.console) as bars:
            for plan in PLANS:
                began = time.perf_counter()
                results = self._ask_one(plan, bars)
                seconds = time.perf_counter() - began
                provider = self.sessions[plan.provider]
                score = score_question(self.province, plan, provider, self.agreements[plan.purpose], results)
                rows.append((plan, score, seconds))
                if plan.purpose == "P01":
                    self.handles = [result.handle for result in results if result.handle]
        self.report.show_scores(rows)
        for plan, score, _ in rows:
            self.report.expect(f"{plan.purpose} 有匹配", f"{plan.purpose} has matches", is_met=score.matched > 0)
            self.report.expect(
                f"{plan.purpose} 匹配者均有答复",
                f"{plan.purpose}: every match answered",
                is_met=score.released == score.matched,
            )
            self.report.expect(
                f"{plan.purpose} 没有错误匹配", f"{plan.purpose}: precision ≥ 0.99", is_met=score.precision >= 0.99
            )

    def _ask_one(self, plan: Plan, bars: Progress) -> list[RowResult]:
        session, agreement = self.sessions[plan.requester], self.agreements[plan.purpose]
        question = Question(
            id=new_uuid(session.connector.random),
            agreement=agreement.digest(),
            attributes=agreement.attributes,
            region=COUNTY,
            case=CASE,
            officer=OFFICER,
            approver=APPROVER,
            mapping_path=str(write_roster_mapping(self.province, plan.roster)),
            roster_version=None,
            asked_at=session.connector.seconds(),
        )
        task = bars.add_task(f"{plan.purpose} 查询 / asking", total=None)
        questioner = Questioner(session.connector, session.client, session.trust)
        return questioner.ask(question, lambda done, total: bars.update(task, completed=done, total=total))

    def _be_refused(self) -> None:
        self.report.step(4, "九次拒绝", "nine refusals")
        requester, provider = self.sessions[Agency.EDUCATION], self.sessions[Agency.CIVIL_AFFAIRS]
        expired = agree(requester, provider, "P01", (COUNTY,), valid_seconds=EXPIRY_SECONDS)
        small = agree(requester, provider, "P01", (COUNTY,), evaluations_per_day=5)
        agreement = self.agreements["P01"]
        unsigned = agreement.model_copy(update={"id": new_uuid(requester.connector.random)})
        time.sleep(EXPIRY_SECONDS)
        refusals = RefusalPlay(requester, agreement, expired, small, unsigned).run()
        refusals.append(self._be_refused_by_provider())
        self.report.show_refusals(refusals)
        for refusal in refusals:
            self.report.expect(
                f"拒绝：{refusal.tried_zh}", f"refused: {refusal.tried_en}", is_met=refusal.is_as_expected
            )
        alerts = {code for _, code, _ in list_alerts(provider.connector.state)}
        self.report.expect(
            "提供部门已就越权授权告警",
            "the provider raised an alert about the grant",
            is_met="grant_exceeds_agreement" in alerts,
        )

    def _be_refused_by_provider(self) -> Refusal:
        gateway = DishonestGateway.open(self.gateway_folder)
        endpoint = self.desks[Agency.CIVIL_AFFAIRS].endpoint
        requester, agreement = self.sessions[Agency.EDUCATION], self.agreements["P01"]
        met = gateway.grant_too_much(requester, agreement, self.handles[0], "disability_cert_valid", endpoint)
        return Refusal("网关授予协议外的数据项", "a gateway that grants too much", ProblemCode.GRANT_EXCEEDED, met)

    def _check_log(self) -> None:
        self.report.step(5, "离线校验日志", "the log verified offline")
        expected = {"attribute_not_agreed", "agreement_expired", "no_agreement", "region_not_agreed", "replayed"}
        expected |= {"case_number_missing", "body_digest_differs", "budget_exhausted"}
        check_log(self.gateway_folder, self.folder / "log", expected, self.report)


def _bar(bars: Progress, plan: Plan) -> StepProgress:
    task = bars.add_task(f"{plan.purpose} 索引 / index", total=None)
    return lambda _step, done, total: bars.update(task, completed=done, total=total)
