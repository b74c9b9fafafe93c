"""The page of alert rules: what is looked for, with which numbers, what it means and what is to be done."""

from docs.generation.markdown import both, code, introduction, page, table
from gateway.alerts.closing import CLOSINGS
from gateway.alerts.rule import Rule, load_rules

_EVALUATED = {"gateway": ("网关", "the gateway"), "agency": ("单位内部", "inside the agency")}


def alert_rules_page() -> str:
    """Return the page: every rule, then the findings with which alerts are closed."""
    rules = load_rules().values()
    return page(
        "预警规则 / Alert rules",
        introduction("alert-rules"),
        table(
            ("规则 rule", "说明 meaning", "程度 severity", "参数 parameters", "窗口 window", "核对 checked by"),
            [_rule_row(rule) for rule in rules],
        ),
        "## 怎么办 / What to do",
        table(
            ("规则 rule", "处理 action"), [(code(rule.code), both(rule.action.zh, rule.action.en)) for rule in rules]
        ),
        "## 处置结论 / Findings",
        table(
            ("代码 code", "结论 finding"), [(code(one.value), both(said.zh, said.en)) for one, said in CLOSINGS.items()]
        ),
    )


def _rule_row(rule: Rule) -> tuple[str, ...]:
    parameters = [f"{code(name)} {one.value:,} {one.unit.value}" for name, one in rule.parameters.items()]
    return (
        f"{code(rule.code)}\n{both(rule.title.zh, rule.title.en)}",
        both(rule.meaning.zh, rule.meaning.en),
        code(rule.severity.value),
        "\n".join(parameters) or "—",
        f"{rule.window.value:,} {rule.window.unit.value}",
        both(*_EVALUATED[rule.evaluated]),
    )
