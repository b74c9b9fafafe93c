"""A lead body's bulletin over real connectors: counted at the provider, the same for all who ask, logged by digest."""

import json
from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import update

from connectors.cli.session import Session
from connectors.gateway_client import QueryContext
from connectors.own_log.check_entries import OwnLogCheck
from connectors.register import open_register
from connectors.state.database import writing
from connectors.state.statistics import find_release, list_copies
from connectors.state.statistics_tables import statistics_release
from connectors.statistics.ask import ask_statistics
from connectors.statistics.count_register import count_register
from connectors.statistics.count_rules import COUNT_RULES
from demo.province import Agency
from demo.scenario.cast import APPROVER, COUNTY, OFFICER, PROVINCE
from demo.scenario.desks import agree
from schemas.agreement import Agreement
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
    assert leaf["content"] == release.digest()
    assert leaf["fields"] == ["children_in_difficulty_count"]
    for body in (asked, told):
        assert "records" not in json.loads(bytes(body))  # type: ignore[arg-type]


def test_the_requester_finds_its_questions_in_the_log(province: Session, of_province: Agreement) -> None:
    ask(province, of_province, PROVINCE)
    assert not OwnLogCheck(province.connector, province.client).run().faults


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


def _replace_release(scene: Scene, release: StatisticsRelease) -> None:
    with writing(scene.session(Agency.CIVIL_AFFAIRS).connector.state) as connection:
        connection.execute(update(statistics_release).values(body=release.to_bytes()))
