"""Every benchmark runs, at toy size and on the real parts; how quick it is, is nobody's business here."""

import json
import os
import random
import threading
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import islice

import pytest
from click.testing import CliRunner

from bench import __main__ as command
from bench import (
    console_pages,
    decide,
    hashing,
    index,
    large_question,
    ledgers,
    log,
    log_append,
    log_proofs,
    private_or,
    queries,
)
from bench.harness import Comparison, Figure, Sample
from bench.load import HttpRequest, LoadError, send_all
from bench.register import draw_rows
from bench.scale import Scale
from demo.scenario.servers import free_port
from keys.crypto.ciphersuite import Mode, hash_to_group, input_expander
from keys.crypto.ristretto255 import multiply, reduce_scalar
from schemas.citizen_id import parse_citizen_id

TOY = Scale(
    rounds=2,
    hash_inputs=48,
    queries=4,
    no_ops=8,
    batch_records=20,
    register_records=40,
    index_sizes=(40,),
    appends=2,
    leaves=600,
    console_entries=600,
    ledger_rows=40,
    held_rows=24,
    agreements=12,
    decisions=20,
    board_rows=6,
    roster_children=2,
    standing_index=60,
    rosters=(4, 10),
    setup_forms=("gcs",),
    oprf_inputs=4,
    linked_children=150,
)


def quiet(_: str) -> None:
    pass


def require_sound(results: Iterator[Comparison | Figure]) -> list[Comparison | Figure]:
    found = list(results)
    for result in found:
        if isinstance(result, Figure):
            assert result.value > 0, result.name
        else:
            assert len(result.ours) == len(result.theirs) > 0
            assert min(*result.ours, *result.theirs) > 0
    return found


def test_hashing_compares_the_same_work_on_all_cores():
    found = require_sound(hashing.run(TOY, quiet))
    assert {f"evaluate_batch, {workers} threads" for workers in {1, os.cpu_count()}} == {r.name for r in found}


def test_the_bare_calls_give_the_products_that_evaluation_hashes():
    contest = hashing.hashing_contest([b"id\x1f99010120150101"], 1)
    assert isinstance(contest.theirs(), Sample)
    key = reduce_scalar(b"\x07" * 64)
    uniform = input_expander(Mode.VOPRF)(b"x")
    assert hashing.multiply_hashed(key, [uniform], 1) == [multiply(key, hash_to_group(b"x", Mode.VOPRF))]


def test_decisions_look_their_agreement_up_in_memory_and_in_the_gateways_database():
    memory, database = require_sound(decide.run(TOY, quiet))
    assert (memory.unit, database.unit) == ("decisions", "decisions")
    assert "12 active agreements" in database.name


def test_log_appends_from_one_and_from_many_threads():
    found = require_sound(log.run(TOY, quiet))
    assert [result.name for result in found] == [f"Journal.write, {threads} threads" for threads in (1, 16, 64)]


def test_the_log_is_appended_to_with_one_commit_and_with_group_commit():
    found = require_sound(log_append.run(TOY, quiet))
    names = [result.name for result in found if isinstance(result, Comparison)]
    ways = ("one commit an event", "group commit, 64 threads", "group commit, 256 under way", "128 at a time")
    assert names == [f"{database}, {way}" for database in ("SQLite", "PostgreSQL") for way in ways]
    assert len(found) == len(names) + 4


def test_the_consoles_pages_are_asked_for():
    found = require_sound(console_pages.run(TOY, quiet))
    assert len(found) == 6


def test_a_ledger_is_checked_to_its_end():
    (found,) = require_sound(ledgers.run(TOY, quiet))
    assert found.name == "ledger of 40 rows"


def test_a_workbook_goes_through_a_purpose():
    found = {figure.name: figure.value for figure in require_sound(large_question.run(TOY, quiet))}
    assert found["rows: match"] == 24
    assert found["rows: none"] == 16


def test_proofs_are_made_from_a_log_that_verifies():
    inclusion, consistency, start, whole = require_sound(log_proofs.run(TOY, quiet))
    assert (inclusion.name, consistency.name) == ("inclusion in 600 leaves", "consistency with 600 leaves")
    assert [figure.unit for figure in (start, whole)] == ["s", "s"]


def test_queries_are_answered_by_a_real_gateway():
    *found, memory, two, postgresql = require_sound(queries.run(TOY, quiet))
    assert memory.name == "gateway's memory"
    hosted = "signed match queries of 1 record, 16 clients"
    assert [two.name, postgresql.name] == [f"{hosted}, 2 processes", f"{hosted}, PostgreSQL"]
    what = ("signed match queries of 1 record", "exchanges of 1 record relayed to a provider")
    names = [f"{each}, {clients} clients" for each in what for clients in (1, 16, 64)]
    bare = [f"{name}, as many bytes both ways" for name in names]
    batch = "signed match queries of 20 records"
    assert [result.name for result in found] == [*names[:3], batch, *bare[:3], *names[3:], *bare[3:]]
    assert all([figure.name for figure in result.figures] == ["p50", "p95", "p99"] for result in found[:3])


def test_an_index_is_published_and_matched_against():
    found = require_sound(index.run(TOY, quiet))
    assert [type(result) for result in found] == [Comparison, Comparison, *[Figure] * 12, Comparison]
    times = {figure.name: figure.value for figure in found[2:7]}
    whole = times.pop("40 records: whole publication")
    assert sum(times.values()) == pytest.approx(whole)


class RefusingHandler(BaseHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        pass


def test_a_refusal_is_no_rate():
    with HTTPServer(("127.0.0.1", 0), RefusingHandler) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        with pytest.raises(LoadError, match="/healthz answered 501"):
            send_all(f"http://127.0.0.1:{server.server_port}", [HttpRequest("GET", "/healthz")], 1)
        server.shutdown()
        serving.join()


def test_a_server_that_is_not_there_is_no_rate():
    with pytest.raises(ConnectionRefusedError):
        send_all(f"http://127.0.0.1:{free_port()}", [HttpRequest("GET", "/healthz")], 2)


def test_registers_hold_children_with_numbers_never_issued():
    today = date(2026, 9, 1)
    numbers = [str(row["citizen_id"]) for row in islice(draw_rows(random.Random(1), today), 50)]
    assert len(set(numbers)) == 50
    for number in numbers:
        assert number.startswith("99")
        assert parse_citizen_id(number, allow_test_regions=True, today=today)


def test_the_command_writes_json(monkeypatch):
    monkeypatch.setattr(command, "QUICK", TOY)
    finished = CliRunner().invoke(command.main, ["--quick", "--only", "hashing", "--json"])
    assert finished.exit_code == 0, finished.output
    document = json.loads(finished.stdout)
    assert list(document) == ["hashing"]
    assert {"processor", "load at start", "load at end"} <= document["hashing"]["machine"].keys()


def test_the_command_prints_tables(monkeypatch):
    monkeypatch.setattr(command, "QUICK", TOY)
    finished = CliRunner().invoke(command.main, ["--quick", "--only", "hashing"])
    assert finished.exit_code == 0, finished.output
    assert "hashing: ours / peer" in finished.stdout


def test_private_or() -> None:
    figures = list(private_or.run(TOY, quiet))
    assert [figure.name for figure in figures][:2] == ["an office's turn, 6 rows", "one child, all parties in turn"]
    assert all(isinstance(figure, Figure) and figure.value > 0 for figure in figures)
