"""The page of rule packs: what differs by region and date, since when, and what it rests on."""

from collections.abc import Iterable, Mapping

from docs.generation.markdown import both, code, introduction, page, table
from schemas.agency_kinds import AGENCY_KIND_NAMES, AgencyKind
from schemas.catalogue_entry import CatalogueEntry
from schemas.dropouts.absence_limit import load_absence_limits
from schemas.purpose_parts import LegalBasis
from schemas.rule_packs.left_behind import load_left_behind
from schemas.rule_packs.pack import RulePack
from schemas.rule_packs.parental_rules import Ground, load_parental_rules
from schemas.rule_packs.rehabilitation_ages import load_rehabilitation_ages
from schemas.rule_packs.student_aid import load_student_aid
from schemas.rule_packs.subsidies import load_subsidy_rules

_HEADINGS = ("地区 region", "起止 in force", "名称 name", "规定 rule", "依据 basis")


def rule_packs_page() -> str:
    """Return the page: each kind with its packs, by region and day."""
    return page(
        "规则包 / Rule packs",
        introduction("rule-packs"),
        *_kind("重度残疾人护理补贴的残疾条件 / Disability condition of the care subsidy", "P04", load_subsidy_rules()),
        *_kind("康复救助年龄 / Ages of rehabilitation aid", "P05", load_rehabilitation_ages()),
        *_kind("留守儿童口径 / Definitions of left-behind children", "P06", load_left_behind()),
        *_kind("教育资助档次 / Bands of student aid", "P15", load_student_aid()),
        "## 孤儿和事实无人抚养儿童 / Orphans and de facto unattended children (P03)",
        table(
            _HEADINGS,
            [
                (
                    code(one.region),
                    f"{one.effective_from} –",
                    both(one.name_zh, one.name_en),
                    _grounds(one.dead_or_missing, one.circumstances),
                    _basis(one.sources),
                )
                for one in load_parental_rules().values()
            ],
        ),
        "## 缺课多少天即登记 / Days of absence from which a pupil is entered",
        table(
            ("地区 region", "名称 name", "天数 days", "依据 basis"),
            [
                (code(one.region), both(one.name_zh, one.name_en), str(one.least_days), _basis(one.sources, one.basis))
                for one in load_absence_limits().values()
            ],
        ),
        "办理时限见[办理流程](workflows.md)。 / Time limits: [workflows](workflows.md).",
    )


def _kind(heading: str, purpose: str, packs: Iterable[RulePack]) -> tuple[str, str]:
    return f"## {heading} ({purpose})", table(_HEADINGS, [_row(one) for one in packs])


def _row(pack: RulePack) -> tuple[str, ...]:
    own = {name: getattr(pack, name) for name in type(pack).model_fields if name not in RulePack.model_fields}
    last = "" if pack.effective_until is None else pack.effective_until
    rules = "\n".join(f"{code(name)}: {_said(value)}" for name, value in own.items())
    basis = _basis(pack.sources, pack.basis)
    return code(pack.region), f"{pack.effective_from} – {last}".rstrip(), both(pack.name_zh, pack.name_en), rules, basis


def _said(value: object) -> str:
    if isinstance(value, frozenset):
        return "、".join(sorted(map(str, value))) or "—"
    if isinstance(value, Mapping):
        return "，".join(f"{name} {_said(one)}" for name, one in value.items())
    if isinstance(value, CatalogueEntry):
        return _said(value.model_dump())
    return str(value)


def _grounds(*kinds: Iterable[Ground]) -> str:
    return "\n".join(
        f"{one.code} {one.name_zh} / {one.name_en}: {_offices(one.needs)}" for kind in kinds for one in kind
    )


def _offices(kinds: Iterable[AgencyKind]) -> str:
    return "、".join(AGENCY_KIND_NAMES[kind].zh for kind in sorted(kinds))


def _basis(sources: Iterable[LegalBasis], basis: str | None = None) -> str:
    said = [
        f"{one.instrument}{'' if one.article is None else ' ' + one.article}{'' if one.verified else ' *'}"
        for one in sources
    ]
    return "\n".join([*([] if basis is None else [code(str(basis))]), *said])
