"""The command that runs the log's recent requests against a draft agreement."""

from collections import Counter
from pathlib import Path

import click
from rich.table import Column, Table

from gateway.cli.session import Start, pass_start
from gateway.domain.clauses import refusal_words
from gateway.domain.simulation import Fate, Reading, Simulated, simulate_draft
from gateway.services.read_requests import MAX_SIMULATED_ENTRIES, RequestsRead, read_requests
from schemas.agreement import MAX_AGREEMENT_BYTES, Agreement
from schemas.attribute_catalogue import never_released
from schemas.faults import Wording
from schemas.message import MessageError
from schemas.purpose_catalogue import load_purposes

MAX_DAYS = 366

_FATES = {
    Fate.PERMITTED: Wording("通过", "permitted"),
    Fate.REFUSED: Wording("拒绝", "refused"),
    Fate.UNKNOWN: Wording("日志看不出", "the log can't tell"),
}
_NOT_KNOWN = (
    "日志不写明请求的地区、案件编号、经办人和审批人（只有加盐摘要）；被拒绝的请求也不写明数据项和条数。由此定不下来的，列为“日志看不出”。",
    "The log does not state a request's region, case number, officer or approver (there are salted digests only), nor",
    "attributes and records of what was refused. What depends on them is listed as “the log can't tell”.",
    "草案视同已签署、已生效；每日额度按确定通过的请求计算。",
    "The draft is taken as signed and in force; daily budgets are charged with what surely passes.",
)


@click.command()
@click.argument("file", metavar="DRAFT", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--days", type=click.IntRange(1, MAX_DAYS), default=30, show_default=True, help="最近多少天 / how many days back"
)
@click.option("--json", "as_json", is_flag=True, help="输出JSON / print JSON")
@pass_start
def simulate(start: Start, file: Path, days: int, *, as_json: bool) -> None:
    """换成这份协议草案，最近的请求会怎样。 / What would have become of recent requests under a draft agreement.

    DRAFT 是 tongxin-connector agreement draft 写出的文件。 / DRAFT is the file that tongxin-connector agreement draft writes.

    只读日志条目，不打开任何披露；读取本身也会留痕。 / Reads entries without any disclosure; the reading is logged too.
    """
    agreement = _read(file)
    with start.gateway() as gateway:
        found = read_requests(gateway, agreement, days)
    draft = Reading(agreement, load_purposes().get(agreement.purpose), never_released())
    counted = simulate_draft(draft, found.requests)
    if as_json:
        start.console.print_json(data=_as_json(found, counted))
    else:
        _show(start, agreement, found, counted)


def _read(file: Path) -> Agreement:
    with file.open("rb") as opened:
        body = opened.read(MAX_AGREEMENT_BYTES + len("\n") + 1)
    try:
        return Agreement.from_bytes(body.strip(), MAX_AGREEMENT_BYTES)
    except MessageError as error:
        raise click.ClickException(f"协议文件不正确：{error.pointer} / the agreement file is wrong") from None


def _show(start: Start, agreement: Agreement, found: RequestsRead, counted: Counter[Simulated]) -> None:
    heads = ("当时 / then", "换成草案 / under the draft", "条款 / clause", "请求 / requests")
    table = Table(
        *(Column(head, overflow="fold") for head in heads),
        title=f"{agreement.requester.agency} → {agreement.provider.agency} · {agreement.purpose} · {found.from_on} →",
    )
    for simulated, requests in _ordered(counted):
        fate = _FATES[simulated.fate]
        table.add_row(_was(simulated), f"{fate.zh} / {fate.en}", simulated.clause or "", f"{requests:,}")
    start.console.print(table if counted else "这段时间没有这样的请求 / No such request in that time")
    if found.is_cut:
        start.console.print(
            f"只读了最早的 {MAX_SIMULATED_ENTRIES:,} 条 / only the first {MAX_SIMULATED_ENTRIES:,} were read"
        )
    for line in _NOT_KNOWN:
        start.console.print(line, style="dim", highlight=False, soft_wrap=True)


def _was(simulated: Simulated) -> str:
    if simulated.was is None:
        return "通过 / permitted"
    words = refusal_words(simulated.was)
    return f"拒绝：{words.zh}\nrefused: {words.en}"


def _ordered(counted: Counter[Simulated]) -> list[tuple[Simulated, int]]:
    return sorted(counted.items(), key=lambda item: (item[0].was or "", item[0].fate.value, item[0].clause or ""))


def _as_json(found: RequestsRead, counted: Counter[Simulated]) -> dict[str, object]:
    return {
        "from": found.from_on.isoformat(),
        "requests": sum(counted.values()),
        "is_cut": found.is_cut,
        "outcomes": [
            {
                "was": "permit" if simulated.was is None else "deny",
                "reason": simulated.was,
                "would_be": simulated.fate.value,
                "clause": simulated.clause,
                "requests": requests,
            }
            for simulated, requests in _ordered(counted)
        ],
    }
