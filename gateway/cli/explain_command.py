"""The command that says why a logged request passed or was refused."""

import re
from typing import Final

import click

from gateway.cli.session import Start, pass_start
from gateway.domain.request_story import Step, StepKind
from gateway.log.event_catalogue import DECLARATIONS
from gateway.services.explain_request import Explanation, explain_request
from hosting.command_line import CONTEXT_SETTINGS

_NAME: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._:/@+=-]{0,199}")


@click.command(context_settings=CONTEXT_SETTINGS)
@click.argument("name", metavar="REQUEST")
@click.option("--json", "as_json", is_flag=True, help="输出JSON / print JSON")
@pass_start
def explain(start: Start, name: str, *, as_json: bool) -> None:
    """说明日志中的一次请求为什么通过或被拒绝。 / Say why a logged request passed or was refused.

    REQUEST 为事件编号或关联号；查看本身也会留痕。 / REQUEST is an event's id or a correlation id; the look is logged too.
    """
    if not _NAME.fullmatch(name):
        raise click.BadParameter("应为事件编号或关联号 / an event's id or a correlation id")
    with start.gateway() as gateway:
        explanation = explain_request(gateway, name)
    if explanation is None:
        raise click.ClickException("日志中没有这次请求 / the log has no such request")
    if as_json:
        start.console.print_json(data=_as_json(explanation))
        return
    for line in _lines(explanation):
        start.console.print(line, highlight=False, soft_wrap=True, markup=False)


def _lines(explanation: Explanation) -> list[str]:
    first = explanation.story.first
    actor = first.actor.org if first.actor else ""
    lines = [
        f"请求 / request  {explanation.correlation_id}",
        f"单位 / agencies  {actor} → {first.peer or ''}",
        f"用途 / purpose  {first.purpose or ''}",
        f"协议 / agreement  {first.policy.id if first.policy else ''}",
    ]
    for decided in explanation.decisions:
        lines += ["", _head(decided.step)]
        lines += [f"  {clause.zh}\n  {clause.en}" for clause in decided.clauses]
    if not explanation.decisions:
        lines += ["", "其中没有裁定 / nothing was decided in it"]
    return lines


def _head(step: Step) -> str:
    declaration = DECLARATIONS[step.event.type]
    zh, en = ("通过，满足", "Permitted; fulfilled") if step.kind is StepKind.PERMITTED else ("拒绝", "Refused")
    counted = "" if step.event.records is None else f" · {step.event.records:,}"
    return f"{step.at.isoformat(timespec='seconds')}  {declaration.zh} / {declaration.en}{counted}\n{zh} / {en}:"


def _as_json(explanation: Explanation) -> dict[str, object]:
    return {
        "request": explanation.correlation_id,
        "end": explanation.story.end.value,
        "decisions": [
            {
                "time": decided.step.at.isoformat(),
                "entry": decided.step.entry.place,
                "type": decided.step.event.type.value,
                "decision": decided.step.event.decision,
                "reason": decided.step.event.reason,
                "clauses": [{"zh": clause.zh, "en": clause.en} for clause in decided.clauses],
            }
            for decided in explanation.decisions
        ],
    }
