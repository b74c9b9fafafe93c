"""The commands that make the decision plain: explain, simulate and who-can, at a gateway that permitted and refused."""

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main
from gateway.domain.account import LogScope
from gateway.domain.log_filter import LogFilter
from gateway.log.event_names import EventType
from gateway.log.logged_entry import LoggedEntry
from gateway.persistence.engine import read_transaction
from gateway.persistence.search_queries import Search, list_entries
from schemas.agreement import Agreement, Approval
from schemas.envelope import MessageType
from schemas.formats import digest_of
from schemas.messages.exchange import ReceiptRequest
from tests.scenario.gateway_simulator import ATTRIBUTES, PASSPHRASE, PROVIDER_ID, REQUESTER_ID, World, played_world

PERMITTED = "1b7a6f1e-4a52-4a7c-9f4e-0f0f0f0f0f0f"
REFUSED = "2b7a6f1e-4a52-4a7c-9f4e-0f0f0f0f0f0f"
RECEIPT = "3b7a6f1e-4a52-4a7c-9f4e-0f0f0f0f0f0f"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with played_world(tmp_path / "gateway") as world:
        yield world


@pytest.fixture
def asked(world: World) -> Agreement:
    """Give an agreement under which one evaluation of two keys was permitted and one was refused for its region."""
    agreement = world.conclude()
    world.publish(agreement, [[]])
    assert world.evaluate(agreement, "a", "b", id=PERMITTED)[0].status == 200
    assert world.evaluate(agreement, "a", id=REFUSED, region="990102")[0].status == 403
    return agreement


def run(world: World, *arguments: str) -> Result:
    folder = world.gateway.public_folder.parent
    environment = {"TONGXIN_PASSPHRASE": PASSPHRASE, "COLUMNS": "220"}
    return CliRunner().invoke(main, ["--folder", str(folder), *arguments], env=environment)


def run_json(world: World, *arguments: str) -> Any:
    result = run(world, *arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def logged(world: World, **asked: Any) -> list[LoggedEntry]:
    search = Search(LogScope(None), frozenset(EventType), LogFilter(**asked))
    with read_transaction(world.gateway.engine) as connection:
        return list_entries(connection, search, limit=100, oldest_first=True)


def simulated(world: World, tmp_path: Path, **changes: Any) -> list[dict[str, Any]]:
    draft = world.agreement(id=str(uuid.uuid4()), **changes)
    file = tmp_path / "draft.json"
    file.write_bytes(draft.to_bytes() + b"\n")
    outcomes: list[dict[str, Any]] = run_json(world, "simulate", str(file))["outcomes"]
    return outcomes


def fates(outcomes: list[dict[str, Any]]) -> dict[str, tuple[str, str | None]]:
    return {outcome["was"]: (outcome["would_be"], outcome["clause"]) for outcome in outcomes}


def test_explain_names_the_deciding_clause_of_a_refusal(world: World, asked: Agreement) -> None:
    result = run(world, "explain", REFUSED)
    assert result.exit_code == 0, result.output
    assert "协议规定：地区限于 990101" in result.output
    assert "regions are 990101" in result.output
    assert asked.id in result.output


def test_explain_lists_the_clauses_of_a_permit_and_finds_it_by_an_events_id(world: World, asked: Agreement) -> None:
    intent = logged(world, corr=PERMITTED)[0]
    (decision,) = run_json(world, "explain", intent.leaf.event_id)["decisions"]
    assert (decision["decision"], decision["type"]) == ("permit", "evaluate.query")
    said = [clause["en"] for clause in decision["clauses"]]
    assert said[0] == f"the envelope names the agreement {asked.id}"
    assert "regions are 990101 (GB/T 2260)" in said
    assert "an officer is named" in said


def test_explain_is_logged_and_tells_nothing_of_what_is_not_there(world: World, asked: Agreement) -> None:
    assert run(world, "explain", PERMITTED).exit_code == 0
    (look,) = logged(world, corr=PERMITTED, type=EventType.AUDIT_VIEW)
    assert look.leaf.event.records == 2
    missing = run(world, "explain", str(uuid.uuid4()))
    assert missing.exit_code == 1
    assert "the log has no such request" in missing.output
    assert run(world, "explain", "一个名字").exit_code == 2


def test_the_same_agreement_would_permit_and_refuse_the_same(world: World, asked: Agreement, tmp_path: Path) -> None:
    outcomes = simulated(world, tmp_path)
    assert fates(outcomes) == {"permit": ("permitted", None), "deny": ("refused", None)}
    assert [outcome["reason"] for outcome in outcomes] == [None, "region_not_agreed"]


@pytest.mark.parametrize(
    ("changes", "permitted", "refused"),
    [
        ({"regions": ("990102",)}, ("refused", "regions"), "unknown"),
        ({"regions": ("9901",)}, ("permitted", None), "unknown"),
        ({"regions": ("990101001",)}, ("unknown", "regions"), "refused"),
        ({"case_number_required": True}, ("unknown", "case_number_required"), "refused"),
        ({"approval": Approval.SECOND_PERSON}, ("unknown", "approval"), "refused"),
        ({"evaluations_per_day": 1}, ("refused", "evaluations_per_day"), "refused"),
        ({"purpose_version": 9}, ("refused", "purpose_version"), "refused"),
        ({"attributes": ATTRIBUTES[:1], "max_batch": 1}, ("permitted", None), "refused"),
    ],
)
def test_a_draft_changes_what_it_changes(
    world: World,
    asked: Agreement,
    tmp_path: Path,
    changes: dict[str, Any],
    permitted: tuple[str, str | None],
    refused: str,
) -> None:
    found = fates(simulated(world, tmp_path, **changes))
    assert found["permit"] == permitted
    assert found["deny"][0] == refused


def test_simulate_is_logged_and_says_what_the_log_cannot_know(world: World, asked: Agreement, tmp_path: Path) -> None:
    file = tmp_path / "draft.json"
    file.write_bytes(world.agreement().to_bytes())
    result = run(world, "simulate", str(file), "--days", "2")
    assert result.exit_code == 0, result.output
    assert "does not state a request's region" in result.output
    (search,) = logged(world, type=EventType.AUDIT_SEARCH)
    assert set(search.leaf.event.fields) == {"from", "actor", "peer", "purpose"}


def test_a_file_that_is_no_agreement_is_refused(world: World, tmp_path: Path) -> None:
    file = tmp_path / "draft.json"
    file.write_text('{"version": 1}', encoding="ascii")
    result = run(world, "simulate", str(file))
    assert result.exit_code == 1
    assert "the agreement file is wrong" in result.output


def test_who_can_lists_the_ways_to_an_attribute(world: World, asked: Agreement) -> None:
    (way,) = run_json(world, "who-can", "disability_cert_valid")["ways"]
    assert (way["requester"], way["provider"], way["regions"]) == (REQUESTER_ID, PROVIDER_ID, ["990101"])
    assert way["agreement"] == asked.digest()
    table = run(world, "who-can", "disability_cert_valid").output
    assert REQUESTER_ID in table
    assert "birth date" in table
    assert run_json(world, "who-can", "enrolled")["ways"] == []


def test_who_can_of_an_agency_shows_what_it_can_put_together(world: World, asked: Agreement) -> None:
    found = run_json(world, "who-can", "--agency", REQUESTER_ID)
    assert [one["provider"] for one in found["providers"]] == [PROVIDER_ID]
    (profile,) = found["about_one_child"]
    assert [one["attribute"] for one in profile["learnt"]] == list(ATTRIBUTES)
    assert run_json(world, "who-can", "--agency", PROVIDER_ID)["about_one_child"] == []
    assert "What stands together about one child" in run(world, "who-can", "--agency", REQUESTER_ID).output


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "one of them"),
        (("enrolled", "--agency", REQUESTER_ID), "one of them"),
        (("no_such_attribute",), "the catalogue has no such attribute"),
        (("--agency", "education.999999"), "the registry has no such agency"),
    ],
)
def test_who_can_refuses_what_it_does_not_know(world: World, arguments: tuple[str, ...], sentence: str) -> None:
    result = run(world, "who-can", *arguments)
    assert result.exit_code == 2
    assert sentence in result.output


def test_class_c_is_nobodys(world: World) -> None:
    assert "Never released" in run(world, "who-can", "custody_place").output


def test_a_receipt_is_permitted_as_its_requesters_and_no_more(world: World, asked: Agreement) -> None:
    receipt = ReceiptRequest(receipt_number="TX-ABCDEFGHIJ", answer=digest_of(b"answer"), opened=True)
    claims = {"agreement": asked.digest(), "id": RECEIPT}
    world.post(world.requester, MessageType.RECEIPT, receipt, PROVIDER_ID, **claims)
    (decision,) = run_json(world, "explain", RECEIPT)["decisions"]
    assert [clause["en"] for clause in decision["clauses"]] == [
        f"the envelope names the agreement {asked.id}",
        f"{REQUESTER_ID} asks {PROVIDER_ID}",
    ]
