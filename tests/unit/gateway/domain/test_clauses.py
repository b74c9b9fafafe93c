"""Why a request was refused, in a sentence with what the agreement says about it."""

import uuid
from datetime import UTC, datetime

import pytest

from gateway.domain.clauses import deciding_clause, fulfilled_clauses, permitting_clauses
from schemas.agreement import Agreement, Approval, Party
from schemas.formats import digest_of
from schemas.policy import Clause
from schemas.problem import ProblemCode, text_of

AGREEMENT = Agreement(
    version=1,
    id=str(uuid.UUID(int=1, version=4)),
    purpose="P04",
    purpose_version=1,
    requester=Party(agency="civil_affairs.990101", signing_key=digest_of(b"a")),
    provider=Party(agency="disabled_federation.990101", signing_key=digest_of(b"b")),
    attributes=("disability_cert_valid",),
    regions=("990101",),
    linkage_schema="G/1",
    valid_from=int(datetime(2026, 1, 31, 16, tzinfo=UTC).timestamp()),
    valid_until=int(datetime(2026, 12, 31, 16, tzinfo=UTC).timestamp()),
    case_number_required=True,
    approval=Approval.SECOND_PERSON,
    max_batch=300,
    evaluations_per_day=4_800,
    releases_per_day=300,
    officer_evaluations_per_day=4_800,
    officer_releases_per_day=300,
    retention_days=30,
)


@pytest.mark.parametrize(
    ("code", "zh", "en"),
    [
        ("agreement_expired", "有效期自 2026年2月1日至 2027年1月1日", "from 1 February 2026 until 1 January 2027"),
        ("region_not_agreed", "地区限于 990101", "regions are 990101"),
        ("attribute_not_agreed", "可提供的信息项为残疾人证有效", "attributes are Disability certificate is valid"),
        ("approval_missing", "须由第二人审批", "a second person must approve"),
        ("case_number_missing", "须有案件编号", "needs a case number"),
        ("batch_too_large", "每批不超过 300 条", "300 records at most"),
        ("budget_exhausted", "至多计算关联键 4,800 个", "4,800 evaluated keys"),
        ("purpose_differs", "P04", "P04"),
    ],
)
def test_a_refusal_says_what_the_agreement_says(code: str, zh: str, en: str) -> None:
    clause = deciding_clause(code, AGREEMENT)
    text = text_of(ProblemCode(code))
    assert clause.zh.startswith(f"{text.title_zh}。协议规定：")
    assert clause.en.startswith(f"{text.title_en}. The agreement says:")
    assert zh in clause.zh
    assert en in clause.en


@pytest.mark.parametrize("code", ProblemCode)
def test_every_reason_has_a_sentence_without_an_agreement(code: ProblemCode) -> None:
    assert deciding_clause(code.value, None).zh == f"{text_of(code).title_zh}。"


def test_a_reason_of_no_catalogue_is_given_back() -> None:
    assert deciding_clause("made_up", AGREEMENT).zh == "理由代码：made_up。"


def test_a_permit_lists_all_clauses() -> None:
    said = " ".join(clause.zh for clause in permitting_clauses(AGREEMENT))
    for part in ("P04", "有效期", "990101", "残疾人证有效", "案件编号", "第二人", "300", "4,800"):
        assert part in said


@pytest.mark.parametrize("clause", Clause)
def test_every_clause_has_its_words(clause: Clause) -> None:
    (said,) = fulfilled_clauses([clause], AGREEMENT)
    assert said.zh
    assert said.en


def test_a_permit_s_clauses_are_said_once_each() -> None:
    said = fulfilled_clauses(tuple(Clause), AGREEMENT)
    assert len(said) == len(Clause) - 1, "both ends of the period stand in one sentence"
    assert said[0].en == f"the envelope names the agreement {AGREEMENT.id}"
