"""The demo of a county: its gateway, civil affairs and education, one agreement, and one question that was asked."""

from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from demo.scenario.cast import COUNTY_PARTS, COUNTY_PLAN
from demo.scenario.desks import agree, publish
from demo.scenario.report import Report
from demo.scenario.stage import Stage
from demo.scenario.write_province import write_province


@dataclass
class CountyPlay:
    """One run of the demo in a folder of its own; nobody at a bureau has an account yet."""

    folder: Path
    children: int
    seed: int
    today: date
    report: Report
    stage: Stage = field(init=False)

    def __post_init__(self) -> None:
        self.stage = Stage(self.folder, self.today, parts=COUNTY_PARTS)

    def run(self, stack: ExitStack) -> None:
        """Play all steps; the servers run until `stack` is closed."""
        self.report.step(0, "生成虚构的数据", "made-up data")
        write_province(self.stage, self.children, self.seed, self.report.console)
        self.report.step(1, "网关、民政局和教育局接入", "the gateway, civil affairs and education join")
        self.stage.found()
        self.stage.have_witnessed()
        self.stage.open(stack)
        self.report.step(2, "签协议，发布索引，查询一次", "an agreement, its index, one question")
        requester, provider = (self.stage.sessions[kind] for kind in (COUNTY_PLAN.requester, COUNTY_PLAN.provider))
        agreement = agree(requester, provider, COUNTY_PLAN.purpose, COUNTY_PLAN.regions)
        published = publish(provider, agreement, lambda *_: None)
        requester.client.refresh_registry()
        results = self.stage.ask(COUNTY_PLAN, agreement, lambda *_: None)
        is_active, answered = published.publication is not None, sum(bool(result.values) for result in results)
        self.report.expect("索引已启用", "the index is active", is_met=is_active)
        self.report.expect(f"{answered} 名儿童有答复", f"{answered} children answered", is_met=answered > 0)
