"""The witnesses' word on the demo's log, and a child whose accesses an auditor can look up afterwards."""

import json
import time
from dataclasses import dataclass

from connectors.accounting.find_child import get_child
from connectors.register import open_register
from demo.province import Agency
from demo.scenario.cast import PASSPHRASE
from demo.scenario.report import Report
from demo.scenario.servers import run_command
from demo.scenario.stage import Stage

WITNESS_SECONDS = 180


@dataclass(frozen=True, slots=True)
class AskedChild:
    """A child that somebody asked about: who holds the record, and its row in that agency's register."""

    provider: Agency
    row: int


def check_witnesses(stage: Stage, report: Report) -> None:
    """Wait until all connectors have cosigned the log, and show where each of them stands."""
    deadline = time.monotonic() + WITNESS_SECONDS
    while not (cosigned := _all_cosigned(stage)) and time.monotonic() < deadline:
        time.sleep(1)
    report.console.print(_gateway(stage, "witness", "list"), highlight=False)
    report.expect("四个单位都见证了日志", "all four agencies witness the log", is_met=cosigned)


def find_asked_child(stage: Stage, provider: Agency, handle: str) -> AskedChild:
    """Return the row of the child that a handle stands for; the provider alone can tell."""
    connector = stage.sessions[provider].connector
    return AskedChild(provider, get_child(connector, open_register(connector), handle).row_number)


def show_audit_desk(stage: Stage, asked: AskedChild, report: Report) -> None:
    """Say where the audit console is and whom to look for."""
    report.console.print(f"审计台 / audit console  {stage.gateway_url}/console/", highlight=False)
    report.console.print(f"口令 / passphrase  {PASSPHRASE}", highlight=False)
    desk = stage.desks[asked.provider].part
    report.console.print(
        f"{desk.name_zh}登记册第 {asked.row} 行的儿童刚被查询过 / the child in row {asked.row} there was asked about",
        highlight=False,
    )


def _all_cosigned(stage: Stage) -> bool:
    rows = json.loads(_gateway(stage, "witness", "list", "--json"))["witnesses"]
    return len(rows) == len(Agency) and all(row["size"] is not None for row in rows)


def _gateway(stage: Stage, *arguments: str) -> str:
    return run_command("tongxin-gateway", "--folder", str(stage.gateway_folder), *arguments)
