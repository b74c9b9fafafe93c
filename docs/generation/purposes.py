"""The page of the purpose catalogue: who may ask whom, for what, on which ground, and what comes back."""

from docs.generation.markdown import both, code, codes, introduction, page, table
from schemas.agency_kinds import AGENCY_KIND_NAMES, AgencyKind
from schemas.attribute_catalogue import load_attributes
from schemas.purpose_catalogue import Purpose, load_purposes
from schemas.purpose_parts import PurposeOutput


def purposes_page() -> str:
    """Return the page: an overview first, then each purpose."""
    purposes = load_purposes().values()
    overview = table(
        ("用途 purpose", "名称 name", "状态 status"),
        [
            (f"[{one.id}](#{one.id.lower()})", both(one.name_zh, one.name_en), code(one.status.value))
            for one in purposes
        ],
    )
    return page(
        "用途目录 / Purpose catalogue", introduction("purposes"), overview, *(_section(one) for one in purposes)
    )


def _section(purpose: Purpose) -> str:
    facts = table(("项目 item", "内容 content"), _facts(purpose))
    outputs = table(
        ("数据项 attribute", "提供部门 provider", "形式 form", "条件和说明 condition, note"),
        [_output_row(output) for output in purpose.outputs],
    )
    question = f"{purpose.question_zh}\n\n{purpose.question_en}"
    heading = f"**{purpose.name_zh} / {purpose.name_en}**"
    return "\n\n".join([f"## {purpose.id}", heading, question, facts, "提供 / Released:", outputs])


def _facts(purpose: Purpose) -> list[tuple[str, str]]:
    approvals = purpose.approvals.model_dump(mode="json", exclude_none=True)
    return [
        ("状态，版本 / status, version", f"{code(purpose.status.value)}, {purpose.version}"),
        *(
            []
            if purpose.missing_zh is None
            else [("尚缺 / missing", both(purpose.missing_zh, purpose.missing_en or ""))]
        ),
        ("法律依据 / legal basis", "\n".join(_basis(purpose))),
        ("需求部门 / requester", _agencies(purpose.requester_agencies)),
        ("提供部门 / provider", _agencies(purpose.provider_agencies)),
        ("地区 / region", code(purpose.region_rule.value)),
        ("方式 / modes", codes(mode.value for mode in purpose.modes)),
        ("比对依据 / matched on", code(purpose.match_on.value)),
        ("可问的关系 / relations", codes(purpose.relations) or "—"),
        ("不提供 / never", _names(purpose.never)),
        ("审批 / approval", codes(f"{way}: {approver}" for way, approver in approvals.items()) or "—"),
        ("个案编号 / case number", "必填 / required" if purpose.case_number_required else "不要求 / not required"),
        ("每批上限 / records at once", f"{purpose.max_batch:,}"),
        (
            "每日额度上限 / most per day",
            both(
                f"{purpose.rate_limits.evaluations_per_day:,} 次计算 / evaluations",
                f"{purpose.rate_limits.releases_per_day:,} 人次 / releases",
            ),
        ),
        (
            "结果保存 / results kept",
            f"{purpose.retention_days} 天 days ({code(purpose.retention_starts.value)})",
        ),
    ]


def _basis(purpose: Purpose) -> list[str]:
    return [
        f"{one.instrument}{'' if one.article is None else ' ' + one.article}{'' if one.verified else ' *'}"
        for one in purpose.legal_basis
    ]


def _agencies(kinds: tuple[AgencyKind, ...]) -> str:
    return "\n".join(f"{AGENCY_KIND_NAMES[kind].zh} / {AGENCY_KIND_NAMES[kind].en}" for kind in kinds)


def _names(attributes: tuple[str, ...]) -> str:
    catalogue = load_attributes()
    return "\n".join(f"{catalogue[one].name_zh} / {catalogue[one].name_en}" for one in attributes)


def _output_row(output: PurposeOutput) -> tuple[str, ...]:
    form = output.transform.value + (f" {{{', '.join(output.codes)}}}" if output.codes else "")
    condition = f"{output.only_if.attribute} = {output.only_if.equals}" if output.only_if else ""
    notes = [code(condition), output.note_zh or "", output.note_en or ""]
    return code(output.attribute), code(output.provider.value), code(form), "\n".join(note for note in notes if note)
