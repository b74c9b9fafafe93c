"""The page of the attribute catalogue: what could be released, in which codes, and what never is."""

from docs.generation.markdown import both, code, codes, introduction, page, table
from schemas.agency_kinds import AGENCY_KIND_NAMES, AgencyKind
from schemas.attribute_catalogue import ReleasableAttribute, WithheldAttribute, load_attributes
from schemas.purpose_catalogue import load_purposes


def attributes_page() -> str:
    """Return the page: class B by holder, then class C."""
    catalogue = load_attributes()
    releasable = [found for found in catalogue.values() if isinstance(found, ReleasableAttribute)]
    withheld = [found for found in catalogue.values() if isinstance(found, WithheldAttribute)]
    return page(
        "数据项目录 / Attribute catalogue",
        introduction("attributes"),
        "## B 类：有条件共享 / Class B: released under conditions",
        table(
            ("代码 id", "名称 name", "类型 type", "敏感 sensitivity", "持有 held by", "用途 purposes"),
            [_releasable_row(found) for found in releasable],
        ),
        "## 代码 / Codes",
        table(
            ("数据项 attribute", "代码 code", "中文", "English"),
            [(code(found.id), code(one.code), one.zh, one.en) for found in releasable for one in found.codes],
        ),
        "## C 类：不予共享 / Class C: never released",
        table(
            ("代码 id", "名称 name", "持有 held by"),
            [(code(found.id), both(found.name_zh, found.name_en), _holders(found.holders)) for found in withheld],
        ),
    )


def _releasable_row(found: ReleasableAttribute) -> tuple[str, ...]:
    used = [
        purpose.id
        for purpose in load_purposes().values()
        if any(output.attribute == found.id for output in purpose.outputs)
    ]
    return (
        code(found.id),
        both(found.name_zh, found.name_en),
        code(found.type.value),
        code(found.sensitivity.value),
        _holders(found.holders),
        codes(used),
    )


def _holders(holders: tuple[AgencyKind, ...]) -> str:
    return "\n".join(both(AGENCY_KIND_NAMES[kind].zh, AGENCY_KIND_NAMES[kind].en) for kind in holders)
