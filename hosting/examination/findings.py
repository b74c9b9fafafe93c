"""What an examination finds: in order, a warning or a fault, in both languages, and what to do next."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from rich.console import Console
from rich.table import Table

from schemas.faults import Wording


class State(StrEnum):
    """How a check went, from the best to the worst."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


STATE_NAMES = {
    State.OK: Wording("正常", "OK"),
    State.WARNING: Wording("注意", "warning"),
    State.FAULT: Wording("故障", "fault"),
}
_STYLES = {State.OK: "green", State.WARNING: "yellow", State.FAULT: "bold red"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's result. `check` is its name for scripts; `next_step` is there unless all is well."""

    check: str
    state: State
    title: Wording
    found: Wording
    next_step: Wording | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """What a check is about: its name for scripts and for people. Makes its findings."""

    check: str
    title: Wording

    def fine(self, zh: str, en: str) -> Finding:
        """Return that all is well."""
        return Finding(self.check, State.OK, self.title, Wording(zh, en))

    def warn(self, zh: str, en: str, next_step: Wording) -> Finding:
        """Return what somebody should see to soon."""
        return Finding(self.check, State.WARNING, self.title, Wording(zh, en), next_step)

    def fault(self, zh: str, en: str, next_step: Wording) -> Finding:
        """Return what stops the exchange, or soon will."""
        return Finding(self.check, State.FAULT, self.title, Wording(zh, en), next_step)


def has_faults(findings: Iterable[Finding]) -> bool:
    """Return whether anything is at fault."""
    return any(finding.state is State.FAULT for finding in findings)


def print_findings(console: Console, findings: Iterable[Finding]) -> None:
    """Print the findings as a table in both languages."""
    table = Table("状态 / state", "检查 / check", "结果 / found", "下一步 / next", show_lines=True)
    for one in findings:
        cells = (STATE_NAMES[one.state], one.title, one.found, one.next_step)
        table.add_row(*(_both(cell) for cell in cells), style=_STYLES[one.state])
    console.print(table)


def findings_as_rows(findings: Iterable[Finding]) -> list[dict[str, str | None]]:
    """Return the findings for scripts (`--json`)."""
    return [
        {
            "check": one.check,
            "state": one.state.value,
            "found_zh": one.found.zh,
            "found_en": one.found.en,
            "next_zh": None if one.next_step is None else one.next_step.zh,
            "next_en": None if one.next_step is None else one.next_step.en,
        }
        for one in findings
    ]


def _both(wording: Wording | None) -> str:
    return "" if wording is None else f"{wording.zh}\n{wording.en}"
