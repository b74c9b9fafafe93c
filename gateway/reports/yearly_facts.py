"""What the yearly evidence pack states besides counts: law, purposes, agreements, and the state of the log."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from gateway.reports.monthly_figures import Figures
from schemas.agreement import AgreementState
from schemas.faults import Wording

LEGAL_GROUNDS: tuple[tuple[str, Wording], ...] = (
    (
        "《未成年人网络保护条例》第三十六、三十七条",
        Wording(
            "工作人员访问未成年人个人信息须经批准并记录；每年自行或委托专业机构开展合规审计",
            "Access of staff to minors' personal information is approved and recorded; a compliance audit every year",
        ),
    ),
    (
        "《个人信息保护法》第五十四、五十五、五十六条",
        Wording(
            "定期合规审计；处理敏感个人信息前进行影响评估，报告和处理记录至少保存三年",
            "Regular audits; impact assessment before sensitive data are handled, records kept three years at least",
        ),
    ),
    (
        "《个人信息保护法》第二十八、三十一条",
        Wording(
            "不满十四周岁未成年人的个人信息均为敏感个人信息", "All personal data of children under 14 are sensitive"
        ),
    ),
    (
        "《个人信息保护法》第三十三至三十七条",
        Wording(
            "国家机关依职权和程序处理，境内存储", "State organs: within powers and procedure, stored in the territory"
        ),
    ),
    (
        "《政务数据共享条例》第二十五、二十七、二十九条",
        Wording(
            "不得擅自扩大使用范围；使用记录（场景、过程、成效、存储、销毁）保存不少于三年",
            "No wider use; records of use (scene, process, effect, storage, destruction) kept three years at least",
        ),
    ),
    (
        "《网络数据安全管理条例》第十二条",
        Wording(
            "向其他处理者提供个人信息的记录至少保存三年", "Records of provision to others are kept three years at least"
        ),
    ),
    (
        "《社会救助法》第七十条",
        Wording("查询与救助申请无关的信息须承担法律责任", "Queries unrelated to an application for aid are punished"),
    ),
    (
        "《未成年人保护法》第七十二、一百零三条",
        Wording(
            "未成年人个人信息处理规则；不得披露可识别身份的信息",
            "Handling of minors' data; nothing identifying is disclosed",
        ),
    ),
)
"""Instrument and articles, and what they ask; texts to be checked against the official database before filing."""


@dataclass(frozen=True, slots=True)
class AgreementFact:
    """One agreement: who asks whom for which purpose, which attributes, until when, and where it stands."""

    id: str
    purpose: str
    requester: str
    provider: str
    attributes: tuple[str, ...]
    valid_from: datetime
    valid_until: datetime
    state: AgreementState


@dataclass(frozen=True, slots=True)
class ShardFact:
    """A year's log: its name, the newest signed size, root (hexadecimal) and when; None before it is signed."""

    origin: str
    size: int
    root: str
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class WitnessFact:
    """A witness and when it signed last."""

    name: str
    signed_at: datetime | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class YearlyFacts:
    """All that the pack states. `bundle` is the name of the log's file beside it, `bundle_digest` its SHA-256."""

    gateway: Wording
    year: int
    made_on: date
    figures: Figures
    agreements: tuple[AgreementFact, ...]
    shards: tuple[ShardFact, ...]
    witnesses: tuple[WitnessFact, ...]
    quorum: int
    names: Mapping[str, Wording]
    bundle: str
    bundle_digest: str
