"""The page of data sets: which fields each kind of agency's mapping files can name."""

from connectors.agencies import agency_of
from connectors.data_sets import DataSet, Derivation, Field
from connectors.guardian_roster import GUARDIAN_ROSTER
from connectors.query_roster import QUERY_ROSTER
from docs.generation.markdown import code, codes, introduction, page, table
from schemas.agency_kinds import AGENCY_KIND_NAMES, AgencyKind

KINDS = (
    AgencyKind.CIVIL_AFFAIRS,
    AgencyKind.EDUCATION,
    AgencyKind.PUBLIC_SECURITY,
    AgencyKind.DISABLED_FEDERATION,
    AgencyKind.HEALTH,
)
"""The kinds of agency for which there is a module in `connectors/`."""

ROSTERS = (QUERY_ROSTER, GUARDIAN_ROSTER)
"""What any agency may ask about."""


def data_sets_page() -> str:
    """Return the page: the roster that everybody may ask about, then each agency's data sets and derivations."""
    return page(
        "数据集 / Data sets",
        introduction("data-sets"),
        *(part for roster in ROSTERS for part in _data_set("##", roster)),
        *(part for kind in KINDS for part in _agency(kind)),
    )


def _agency(kind: AgencyKind) -> list[str]:
    agency, name = agency_of(kind.value), AGENCY_KIND_NAMES[kind]
    own = [data_set for data_set in agency.data_sets if data_set not in ROSTERS]
    return [
        f"## {name.zh} / {name.en}",
        f"登记册 / register: {code(agency.index_data_set.name)}",
        *(part for data_set in own for part in _data_set("###", data_set)),
        "由此推导 / Derived from it:",
        table(("数据项 attribute", "用到的字段 fields used"), [_row(one) for one in agency.derivations.values()]),
    ]


def _data_set(depth: str, data_set: DataSet) -> list[str]:
    rows = [_field(one) for one in data_set.fields]
    headings = ("字段 field", "列名 column", "类型 kind", "必填 required", "比对 matched on")
    return [f"{depth} {code(data_set.name)}", f"{data_set.name_zh} / {data_set.name_en}", table(headings, rows)]


def _field(one: Field) -> tuple[str, ...]:
    names = "、".join((one.name_zh, *one.aliases_zh))
    return code(one.name), names, code(one.kind), "✓" if one.required else "", code(one.part or "")


def _row(derivation: Derivation) -> tuple[str, str]:
    return code(derivation.attribute), codes(derivation.fields_used)
