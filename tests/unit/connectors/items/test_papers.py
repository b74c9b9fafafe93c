"""Tests of papers: what is carried, what is refused, and that nothing of it shows."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from connectors.items.papers import (
    MAX_NOTE_CHARACTERS,
    MAX_PAPER_BYTES,
    Child,
    DropoutPaper,
    NoticePaper,
    Paper,
    ReferralPaper,
    ReportPaper,
    ResultPaper,
    VisitPaper,
    child_named_in,
    parse_paper,
    without_reporter,
)
from connectors.items.words import (
    DANGER_WORDINGS,
    SERVICE_WORDINGS,
    SITUATION_WORDINGS,
    Danger,
    Service,
    Situation,
)
from schemas.message import MessageError
from schemas.workflows.events import Reporter
from tests.unit.connectors.offices import citizen_id

CHILD = Child(
    name="赵小树",
    gender="female",
    birth_date=date(2015, 5, 7),
    citizen_id=citizen_id(2),
    address="童安县槐树镇三村",
    guardian_name="赵大山",
    guardian_phone="0990-5550000",
    school="童安县第一小学",
)
REPORTER = Reporter(name="钱老师", contact="0990-5551111")
PAPERS: tuple[Paper, ...] = (
    ReferralPaper(child=CHILD, situations=(Situation.LEFT_BEHIND,), wanted=(Service.HOME_VISIT,), note="奶奶住院"),
    VisitPaper(visited_on=date(2026, 3, 4), child_seen=True, note="在家"),
    ResultPaper(services=(Service.TEMPORARY_RELIEF,), note="已发放"),
    ReportPaper(child=CHILD, situations=(Danger.UNATTENDED,), place="槐树镇", note="三天无人", reporter=REPORTER),
    NoticePaper(children=(CHILD,), guardian_name="赵大山", care_needed_from=date(2026, 3, 5), note="邻居暂看"),
    DropoutPaper(child=CHILD, last_seen_on=date(2026, 2, 20), absent_days=9, reason_code="R10", note="电话停机"),
)
CLEAR = (
    "赵小树",
    "赵大山",
    citizen_id(2),
    "槐树镇",
    "0990",
    "2015",
    "2026",
    "奶奶",
    "钱老师",
    "电话",
    "在家",
    "已发放",
)


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.kind)
def test_a_paper_comes_back_as_it_was_written(paper: Paper) -> None:
    assert parse_paper(paper.to_bytes()) == paper


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.kind)
def test_nothing_of_a_paper_shows(paper: Paper) -> None:
    for shown in (repr(paper), str(paper), repr((paper, CHILD)), f"{CHILD}"):
        assert not [clear for clear in CLEAR if clear in shown]


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.kind)
def test_another_form_of_the_same_paper_is_refused(paper: Paper) -> None:
    body = paper.to_bytes()
    for altered in (b" " + body, body[:-1] + b',"more":1}', body[:-1], b"", b"[]", body.replace(b'"kind"', b'"Kind"')):
        with pytest.raises(MessageError) as caught:
            parse_paper(altered)
        assert not [clear for clear in CLEAR if clear in str(caught.value)]


def test_a_paper_has_an_end() -> None:
    with pytest.raises(MessageError, match="too_large"):
        parse_paper(b" " * (MAX_PAPER_BYTES + 1))
    longest = "\U00020000" * MAX_NOTE_CHARACTERS
    full = Child(name="䶮" * 60, address="䶮" * 120, guardian_name="䶮" * 60, school="䶮" * 60)
    assert len(NoticePaper(children=(full,) * 12, care_needed_from=date(2026, 3, 5), note=longest).to_bytes()) < (
        MAX_PAPER_BYTES
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": " \r\n "},
        {"name": "赵\x00树"},
        {"name": "赵\n树"},
        {"name": "赵" * 61},
        {"citizen_id": citizen_id(2)[:-1] + ("1" if citizen_id(2)[-1] != "1" else "2")},
        {"citizen_id": "990101150507002"},
        {"gender": "女"},
        {"guardian_phone": "call me"},
        {"nickname": "小树"},
    ],
    ids=str,
)
def test_what_is_no_such_value_is_refused_and_not_quoted(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError) as caught:
        Child.model_validate({"name": "赵小树"} | wrong)
    assert not [clear for clear in (*CLEAR, "call me", "小树") if clear in str(caught.value)]


def test_texts_are_cleaned() -> None:
    paper = ResultPaper(note="  第一行\r\n第二行\r ")
    assert paper.note == "第一行\n第二行"
    assert Child(name=" 赵小树 ", address="  ").model_dump(exclude_none=True) == {"name": "赵小树"}


@given(st.text(max_size=MAX_NOTE_CHARACTERS + 5))
def test_any_note_is_refused_or_carried_as_it_was_cleaned(note: str) -> None:
    try:
        paper = ResultPaper(note=note)
    except ValidationError:
        return
    assert parse_paper(paper.to_bytes()) == paper


def test_the_reporter_stays() -> None:
    report = PAPERS[3]
    assert isinstance(report, ReportPaper)
    assert report.reporter == REPORTER
    copy = without_reporter(report)
    assert "钱老师".encode() not in copy.to_bytes()
    assert copy == without_reporter(copy)
    assert without_reporter(PAPERS[0]) is PAPERS[0]


def test_whom_a_paper_is_about() -> None:
    named = [child_named_in(paper) for paper in PAPERS]
    assert named == ["赵小树", None, None, "赵小树", "赵小树", "赵小树"]
    assert child_named_in(ReportPaper(situations=(Danger.UNATTENDED,))) is None


def test_every_code_has_its_words() -> None:
    assert set(SITUATION_WORDINGS) == set(Situation)
    assert set(SERVICE_WORDINGS) == set(Service)
    assert set(DANGER_WORDINGS) == set(Danger)
    assert len(Danger) == 9
