"""How the agency's own record tells the rest of a line: roles, steps and reports by name, numbers with their word."""

from collections.abc import Mapping
from functools import cache
from typing import Final

from connectors.console.roles import Role
from connectors.web.agreement_steps_words import STEP_BUTTONS
from connectors.web.agreement_words import DECLINE_WORDS
from connectors.web.wordings import ROLE_NAMES
from hosting.web.language import Text, choose, t
from schemas.agreement_reasons import REASONS
from schemas.dropouts.reporting_duties import load_reporting_duties
from schemas.workflows.load import load_workflows

_REASONS: Final = {
    "account_added": Text("新增账号", "account added"),
    "account_disabled": Text("停用账号", "account disabled"),
    "credentials_reset": Text("重置账号", "account reset"),
    "identity_linked": Text("绑定统一身份", "bound to an identity"),
    "provider": Text("统一身份认证", "by the identity provider"),
    "unknown_account": Text("没有这个账号", "no such account"),
    "disabled_account": Text("账号已停用", "disabled account"),
    "wrong_password": Text("密码不对", "wrong password"),
    "wrong_code": Text("动态码不对", "wrong code"),
    "unknown_subject": Text("统一身份没有绑定账号", "no account is bound to the identity"),
    "no_second_factor": Text("统一身份认证没有第二因素", "the identity provider gave no second factor"),
}
_NUMBERS: Final = {
    "rows": Text("%s 行", "%s rows"),
    "row": Text("第 %s 行", "row %s"),
    "cells": Text("%s 格", "%s cells"),
    "requests": Text("%s 次查询", "%s requests"),
    "check": Text("第 %s 次核对", "check %s"),
    "bytes": Text("%s 字节", "%s bytes"),
    "due": Text("时限 %s", "due %s"),
    "first_on": Text("%s 起", "from %s"),
    "ledger": Text("台账 %s", "ledger %s"),
    "with": Text("与 %s 一起", "together with %s"),
    "address": Text("网络地址 %s", "address %s"),
}


def say_detail(detail: str) -> str:
    """Return the detail of a line in words; what has none stands as it was written."""
    return t("，", ", ").join(_say_part(part) for part in detail.split(","))


def _say_part(part: str) -> str:
    name, equals, value = part.partition("=")
    if equals and name in _NUMBERS:
        return choose(_NUMBERS[name]) % value
    return choose(_words().get(part, Text(part, part)))


@cache
def _words() -> Mapping[str, Text]:
    """Return the words of all codes; a step that is called differently in two workflows bears both names."""
    workflows = load_workflows().values()
    steps: dict[str, dict[Text, None]] = {}
    for workflow in workflows:
        for step in workflow.transitions:
            steps.setdefault(step.id, {})[Text(step.name_zh, step.name_en)] = None
    return {
        **{
            id_: Text("/".join(one.zh for one in names), "/".join(one.en for one in names))
            for id_, names in steps.items()
        },
        **{workflow.id: Text(workflow.name_zh, workflow.name_en) for workflow in workflows},
        **{duty.id: Text(duty.name_zh, duty.name_en) for duty in load_reporting_duties()},
        **{role.value: ROLE_NAMES[role] for role in Role},
        **REASONS,
        **{reason.value: words for reason, words in DECLINE_WORDS.items()},
        **{step.value: button.text for step, button in STEP_BUTTONS.items()},
        **_REASONS,
    }
