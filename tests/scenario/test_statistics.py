"""A lead body's bulletin over real connectors: counted at the provider, the same for all who ask, logged by digest."""

import base64
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from openpyxl import load_workbook
from sqlalchemy import update

from connectors.cli.session import Session
from connectors.gateway_client import QueryContext
from connectors.identifiers import new_uuid
from connectors.own_log.check_entries import OwnLogCheck
from connectors.own_log.evidence import list_evidence
from connectors.own_log.evidence_document import MAX_EVIDENCE_BYTES, LogEvidence
from connectors.query_roster import QUERY_ROSTER
from connectors.register import open_register
from connectors.requester.ask import Questioner
from connectors.state.database import writing
from connectors.state.questions import Question
from connectors.state.roster_ref import MappingFile
from connectors.state.statistics import find_release, list_copies
from connectors.state.statistics_tables import statistics_release
from connectors.statistics.ask import ask_statistics, matched_in
from connectors.statistics.count_register import count_register
from connectors.statistics.count_rules import COUNT_RULES
from demo.province import Agency
from demo.scenario.cast import APPROVER, CASE, COUNTY, OFFICER, PROVINCE
from demo.scenario.desks import agree
from schemas.agreement import Agreement
from schemas.base64url import decode_base64url
from schemas.envelope import MessageType
from schemas.messages.match import SubjectKind
from schemas.messages.statistics import MatchedSet
from schemas.problem import ProblemError
from schemas.statistics.quarter import last_ended_quarter
from schemas.statistics.release import StatisticsRelease
from schemas.statistics.tables import TOTAL
from tests.attack.attacker import query_gateway
from tests.lead_body import seat_lead_body
from tests.scene import Scene

TABLE = "children_in_difficulty"


@pytest.fixture(scope="module")
def province(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    session = seat_lead_body(scene, tmp_path_factory.mktemp("province") / "lead", PROVINCE)
    yield session
    session.close()


@pytest.fixture(scope="module")
def county(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    session = seat_lead_body(scene, tmp_path_factory.mktemp("county") / "lead", COUNTY)
    yield session
    session.close()


@pytest.fixture(scope="module")
def of_province(scene: Scene, province: Session) -> Agreement:
    return agree(province, scene.session(Agency.CIVIL_AFFAIRS), "P18", (PROVINCE,))


@pytest.fixture(scope="module")
def of_county(scene: Scene, county: Session) -> Agreement:
    return agree(county, scene.session(Agency.CIVIL_AFFAIRS), "P18", (COUNTY,))


def ask(
    session: Session, agreement: Agreement, region: str, table: str = TABLE, quarter: str | None = None
) -> StatisticsRelease:
    query = QueryContext(agreement, region, OFFICER, None, APPROVER)
    connector = session.connector
    return ask_statistics(connector, session.client, query, table, quarter or last_ended_quarter(connector.today()))


def test_the_numbers_are_the_registers_where_they_are_not_withheld(
    scene: Scene, province: Session, of_province: Agreement
) -> None:
    release = ask(province, of_province, PROVINCE)
    provider = scene.session(Agency.CIVIL_AFFAIRS).connector
    counted = count_register(open_register(provider), COUNT_RULES[TABLE], PROVINCE, provider.today()).counts
    truth = Counter[tuple[str, str]]()
    for (township, category), count in counted.items():
        for region in {township, township[:6], township[:4], township[:2]}:
            truth[region, category] += count
            truth[region, TOTAL] += count
    published = release.published()
    assert published
    assert published == {cell: truth[cell] for cell in published}
    assert all(count >= 10 for count in published.values())
    assert len(published) < len(release.rows) * 3  # a small province: much is withheld


def test_whoever_asks_for_whatever_part_reads_the_same_numbers(
    scene: Scene, province: Session, county: Session, of_province: Agreement, of_county: Agreement
) -> None:
    whole = ask(province, of_province, PROVINCE)
    assert ask(province, of_province, PROVINCE) == whole
    part = ask(province, of_province, COUNTY)
    assert ask(county, of_county, COUNTY) == part
    assert set(part.rows) <= set(whole.rows)
    assert find_release(scene.session(Agency.CIVIL_AFFAIRS).connector.state, TABLE, whole.quarter) == whole
    assert len(list_copies(province.connector.state)) == 2


def test_the_log_tells_which_release_and_no_number(scene: Scene, province: Session, of_province: Agreement) -> None:
    release = ask(province, of_province, PROVINCE)
    sql = "SELECT entry FROM audit_leaf WHERE type = ? ORDER BY shard, idx"
    (asked,) = query_gateway(scene, sql, "statistics.query")[-1]
    (told,) = query_gateway(scene, sql, "statistics.release")[-1]
    leaf = json.loads(bytes(told))  # type: ignore[arg-type]
    stated = base64.b64encode(decode_base64url(release.digest())).decode("ascii")
    assert leaf["content"] == f"sha-256=:{stated}:"
    assert leaf["fields"] == ["children_in_difficulty_count"]
    for body in (asked, told):
        assert "records" not in json.loads(bytes(body))  # type: ignore[arg-type]


def test_the_requester_finds_its_questions_in_the_log_as_it_asked_them(
    province: Session, of_province: Agreement
) -> None:
    ask(province, of_province, PROVINCE)
    assert OwnLogCheck(province.connector, province.client).run().compared
    evidence = [
        LogEvidence.from_bytes(one.document, MAX_EVIDENCE_BYTES) for one in list_evidence(province.connector.state)
    ]
    assert not [one.fault for one in evidence if one.record is None or one.record.type is MessageType.STATISTICS]


def test_a_gateway_that_remembers_another_release_passes_none_on(
    scene: Scene, province: Session, of_province: Agreement
) -> None:
    table, quarter = TABLE, last_ended_quarter(province.connector.today())
    ask(province, of_province, "9902")
    known = query_gateway(scene, "SELECT digest FROM statistics_release WHERE region = ?", "9902")
    assert len(known) == 1
    state = scene.session(Agency.CIVIL_AFFAIRS).connector.state
    kept = find_release(state, table, quarter)
    assert kept is not None
    _replace_release(scene, kept.model_copy(update={"salt": "A" * 21 + "w"}))
    try:
        with pytest.raises(ProblemError) as refused:
            ask(province, of_province, "9902")
    finally:
        _replace_release(scene, kept)
    assert refused.value.code == "provider_answer_invalid"


@pytest.mark.parametrize(
    ("region", "table", "quarter", "code"),
    [
        ("99", TABLE, None, "region_not_agreed"),
        (COUNTY, "disabled_children", None, "attribute_not_agreed"),
        (COUNTY, TABLE, "2020-Q1", "statistics_not_made"),
        (COUNTY, "everything_by_name", None, "statistics_unknown"),
        ("990101099", TABLE, None, "statistics_unknown"),
    ],
)
def test_what_is_not_agreed_or_not_made_is_refused(
    county: Session, of_county: Agreement, region: str, table: str, quarter: str | None, code: str
) -> None:
    with pytest.raises(ProblemError) as refused:
        ask(county, of_county, region, table, quarter)
    assert refused.value.code == code


@pytest.fixture(scope="module")
def of_matched(scene: Scene) -> Agreement:
    return agree(scene.session(Agency.CIVIL_AFFAIRS), scene.session(Agency.PUBLIC_SECURITY), "P18", (PROVINCE,))


def ask_about_ledger(scene: Scene, folder: Path, left_out: int) -> set[str]:
    """Ask P14 about the whole ledger but some rows; returns the receipts."""
    source = scene.stage.province / "civil_affairs" / "困境儿童台账.xlsx"
    workbook = load_workbook(source)
    sheet = workbook.worksheets[0]
    sheet.delete_rows(sheet.max_row - left_out + 1, left_out)
    workbook.save(folder / source.name)
    columns = yaml.safe_load((source.parent / "mapping.yaml").read_text("utf-8"))["columns"]
    known = {field.name for field in QUERY_ROSTER.fields}
    mapping = {
        "data_set": QUERY_ROSTER.name,
        "source": {"kind": "workbook", "path": source.name},
        "columns": {name: column for name, column in columns.items() if name in known},
    }
    roster = folder / "roster.yaml"
    roster.write_text(yaml.safe_dump(mapping, allow_unicode=True), encoding="utf-8")
    session = scene.session(Agency.CIVIL_AFFAIRS)
    question = Question(
        id=new_uuid(session.connector.random),
        agreement=scene.agreements["P14"].digest(),
        attributes=("life_status",),
        subject=SubjectKind.CHILD,
        region=PROVINCE,
        case=CASE,
        officer=OFFICER,
        approver=APPROVER,
        roster=MappingFile(str(roster)),
        roster_version=None,
        asked_at=session.connector.seconds(),
    )
    Questioner(session.connector, session.client, session.trust).ask(question, lambda *_: None)
    return set(matched_in(session.connector, question.id).receipts)


def ask_matched(scene: Scene, under: Agreement, receipts: set[str], matched: str = "P14") -> StatisticsRelease:
    session = scene.session(Agency.CIVIL_AFFAIRS)
    query = QueryContext(under, PROVINCE, OFFICER, None, APPROVER)
    quarter = last_ended_quarter(session.connector.today())
    chosen = MatchedSet(agreement=scene.agreements[matched].digest(), receipts=tuple(sorted(receipts)))
    return ask_statistics(session.connector, session.client, query, "unregistered_children", quarter, chosen)


def test_matched_children_are_counted_once_and_no_similar_roster_beside_them(
    scene: Scene, of_matched: Agreement, tmp_path: Path
) -> None:
    receipts = ask_about_ledger(scene, tmp_path, 0)
    release = ask_matched(scene, of_matched, receipts)
    assert release.epsilon_thousandths == 1000
    assert release.subset is not None
    assert ask_matched(scene, of_matched, receipts) == release
    others = ask_about_ledger(scene, tmp_path, 0)
    assert others.isdisjoint(receipts)
    assert ask_matched(scene, of_matched, others) == release  # the same children: no second draw
    with pytest.raises(ProblemError) as refused:
        ask_matched(scene, of_matched, ask_about_ledger(scene, tmp_path, 9))
    assert refused.value.code == "statistics_set_refused"


def test_few_children_and_receipts_of_others_are_not_counted(scene: Scene, of_matched: Agreement) -> None:
    answers = scene.ask("P14")  # fewer than 50 matches
    receipts = {answer.receipt_number for answer in answers if answer.receipt_number is not None}
    for chosen, under, code in (
        (receipts, "P14", "statistics_set_refused"),
        ({"TX-AAAAAAAAAA"}, "P14", "not_found"),
        (receipts, "P09", "no_agreement"),
    ):
        with pytest.raises(ProblemError) as refused:
            ask_matched(scene, of_matched, chosen, under)
        assert refused.value.code == code


def _replace_release(scene: Scene, release: StatisticsRelease) -> None:
    with writing(scene.session(Agency.CIVIL_AFFAIRS).connector.state) as connection:
        connection.execute(update(statistics_release).values(body=release.to_bytes()))
