"""What will happen when a question is asked: who is asked, on which ground, what leaves, what can come back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from connectors.desk.purposes_for import Askable
from connectors.desk.question_draft import Draft
from schemas.attribute_catalogue import ReleasableAttribute, load_attributes
from schemas.faults import Wording
from schemas.purpose_parts import Approver, LegalBasis, MatchProfile, PurposeOutput
from schemas.transforms import Transform

APPROVER_WORDS: Final[Mapping[Approver, Wording]] = MappingProxyType(
    {
        Approver.SECTION_HEAD: Wording("本单位科室负责人", "a section head of this agency"),
        Approver.SHARING_OFFICES: Wording(
            "本单位数据共享主管部门的审批人", "an approver of this agency's sharing office"
        ),
        Approver.SECOND_PERSON_AFTERWARDS: Wording(
            "另一人在 1 个工作日内补审", "a second person within 1 working day afterwards"
        ),
    }
)
_FORMS: Final[Mapping[Transform, Wording]] = MappingProxyType(
    {
        Transform.BOOL: Wording("是或否", "yes or no"),
        Transform.YM: Wording("年月", "year and month"),
        Transform.YEAR: Wording("年份", "year"),
        Transform.AGEBAND: Wording("年龄段", "age band"),
        Transform.REGION6: Wording("县（市、区）代码", "code of the county"),
        Transform.COUNTBAND: Wording("数量档", "band of counts"),
        Transform.K10: Wording("数量，少于 10 不显示", "count, hidden below 10"),
        Transform.CONTACT: Wording("单位电话", "an office's telephone number"),
        Transform.TOKEN: Wording("代号", "token"),
    }
)


@dataclass(frozen=True, slots=True)
class Returned:
    """One thing that can come back: its name, in which form, and what to mind."""

    name: Wording
    form: Wording
    note: Wording | None


@dataclass(frozen=True, slots=True)
class Statement:
    """What the officer and the approver read before they press the button.

    Attributes:
        purpose: its name.
        question: what is asked about each child, in a sentence.
        provider: who is asked.
        grounds: the legal basis.
        children: whom it is about.
        hashes: blinded hashes that leave at most.
        returned: what can come back about each.
        never: what never comes back.
        retention_days: how long an answer may be kept after it came.
        approver: who must approve, or None.
        is_by_board: whether several offices answer together, by the private OR.
    """

    purpose: Wording
    question: Wording
    provider: Wording
    grounds: tuple[str, ...]
    children: int
    hashes: int
    returned: tuple[Returned, ...]
    never: tuple[Wording, ...]
    retention_days: int
    approver: Wording | None
    is_by_board: bool


def state_question(askable: Askable, draft: Draft) -> Statement:
    """Return the statement about a draft whose rows were counted."""
    purpose, children = askable.purpose, draft.children or 0
    wanted = purpose.approvals.batch if draft.is_table else askable.approver_wanted(children)
    return Statement(
        purpose=Wording(purpose.name_zh, purpose.name_en),
        question=Wording(purpose.question_zh, purpose.question_en),
        provider=askable.provider,
        grounds=tuple(say_basis(basis) for basis in purpose.legal_basis),
        children=children,
        hashes=draft.hashes or 0,
        returned=tuple(_returned(output) for output in askable.outputs if output.attribute in draft.attributes),
        never=name_attributes(purpose.never),
        retention_days=askable.agreement.retention_days,
        approver=None if wanted is None else APPROVER_WORDS[wanted],
        is_by_board=purpose.match_on is MatchProfile.PARENTS_INSIDE_POLICE,
    )


def name_attributes(ids: Sequence[str]) -> tuple[Wording, ...]:
    """Return the names of attributes."""
    return tuple(Wording(load_attributes()[id_].name_zh, load_attributes()[id_].name_en) for id_ in ids)


def say_basis(basis: LegalBasis) -> str:
    """Return how a legal basis is cited."""
    return f"《{basis.instrument}》第 {basis.article} 条" if basis.article else f"《{basis.instrument}》"


def _returned(output: PurposeOutput) -> Returned:
    (name,) = name_attributes([output.attribute])
    note = Wording(output.note_zh, output.note_en or output.note_zh) if output.note_zh else None
    return Returned(name, _FORMS.get(output.transform) or _say_codes(output), note)


def _say_codes(output: PurposeOutput) -> Wording:
    attribute = load_attributes()[output.attribute]
    codes = attribute.codes if isinstance(attribute, ReleasableAttribute) else ()
    said = [code for code in codes if not output.codes or code.code in output.codes]
    return Wording("、".join(code.zh for code in said), ", ".join(code.en for code in said))
