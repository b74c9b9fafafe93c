"""Every exhibit of the museum is refused with its own code, leaves its leaf, and leaves nothing else behind.

The tables stand in `tests/museum/requests`. Each exhibit carries marked identifiers: when all have been shown, none of
them may stand in any file that the gateway or the connectors wrote.
"""

import json
import os
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import Engine, select

from demo.province import Agency
from gateway.api.conversations import CONVERSATIONS
from gateway.persistence.audit_tables import audit_leaf
from gateway.persistence.engine import create_database_engine, read_transaction
from gateway.settings import load_settings
from schemas.message import MessageError
from schemas.problem import MAX_PROBLEM_BYTES, PROBLEM_MEDIA_TYPE, Problem, text_of
from tests.museum.requests.canaries import NAME, find_canaries, find_in_folder
from tests.museum.requests.delivery import language_of, port_of, request_of
from tests.museum.requests.exhibits import Exhibit, load_exhibits
from tests.museum.requests.honest import HonestOffice
from tests.museum.requests.raw_http import RawResponse, format_request, send_raw
from tests.scene import Scene

EXHIBITS = load_exhibits()
RUN_MESSAGES = ("match_part", "match", "match_review")
HONEST = ("evaluate", *RUN_MESSAGES, "exchange", "begin", "part", "status", "propose", "sign", "list", "key")


@dataclass(frozen=True)
class Museum:
    """The scene with an office that drafts messages, and the gateway's log to look into."""

    scene: Scene
    office: HonestOffice
    engine: Engine

    def send(self, exhibit: Exhibit) -> RawResponse:
        """Send an exhibit and return the answer."""
        return send_raw(port_of(exhibit, self.office), request_of(exhibit, self.office))

    def leaves_from(self, place: int) -> list[dict[str, Any]]:
        """Return the entries of the log from `place` on."""
        with read_transaction(self.engine) as connection:
            query = select(audit_leaf.c.entry).where(audit_leaf.c.idx >= place).order_by(audit_leaf.c.idx)
            return [json.loads(entry) for entry in connection.scalars(query)]

    def size(self) -> int:
        """Return how many leaves the log has."""
        with read_transaction(self.engine) as connection:
            last = connection.scalar(select(audit_leaf.c.idx).order_by(audit_leaf.c.idx.desc()).limit(1))
            return 0 if last is None else int(last) + 1


@pytest.fixture(scope="module")
def museum(scene: Scene) -> Iterator[Museum]:
    """Open the museum; when it closes nothing may have leaked, and everything must still work."""
    engine = create_database_engine(load_settings(scene.stage.gateway_folder).database)
    yield Museum(scene, HonestOffice(scene), engine)
    engine.dispose()
    assert find_in_folder(scene.stage.folder, but_not=scene.stage.province) == []
    assert _health(scene.stage.gateway_port) == _health(scene.stage.ports[Agency.CIVIL_AFFAIRS]) == 200
    answered = [result for result in scene.ask("P01") if result.outcome == "match"]
    assert answered
    assert all(result.receipt_number and not result.refused for result in answered)


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=lambda exhibit: exhibit.name)
def test_exhibit_is_refused(museum: Museum, exhibit: Exhibit) -> None:
    before = museum.size()
    response = museum.send(exhibit)
    assert find_canaries(response.as_bytes()) == []
    problem = _problem_of(response, language_of(exhibit))
    assert problem.code is exhibit.code
    assert problem.pointer == exhibit.pointer or exhibit.pointer is None
    refusals = [entry for entry in museum.leaves_from(before) if entry["type"] == "refusal"]
    assert [entry["reason"] for entry in refusals] == [exhibit.code.value] * exhibit.leaves_leaf


@pytest.mark.parametrize("kind", HONEST)
def test_what_exhibits_begin_as_is_accepted(museum: Museum, kind: str) -> None:
    exhibit = Exhibit(len(EXHIBITS), "bodies", {"name": kind, "as": kind, "code": "malformed"}, EXHIBITS[0].canary)
    assert museum.send(exhibit).status == 200
    if kind in {"evaluate", "exchange"}:
        relayed = Exhibit(exhibit.number, "provider", exhibit.plan, exhibit.canary)
        assert museum.send(relayed).status == 200


def test_no_exception_quotes_what_it_refuses(museum: Museum) -> None:
    models = {kind.message_type: kind.model for kinds in CONVERSATIONS.values() for kind in kinds}
    quoted = []
    for exhibit in EXHIBITS:
        draft = museum.office.draft(exhibit.plan, museum.office.forger())
        try:
            models[draft.type].from_bytes(draft.body, len(draft.body))
        except MessageError as error:
            quoted.append("".join(traceback.format_exception(error)))
    assert len(quoted) > 100
    assert find_canaries("".join(quoted).encode()) == []


def test_names_and_carried_identifiers_are_exhibits_own() -> None:
    assert len({exhibit.name for exhibit in EXHIBITS}) == len(EXHIBITS) >= 500
    assert len({exhibit.canary.citizen_id for exhibit in EXHIBITS}) == len(EXHIBITS)


@pytest.mark.parametrize("form", ["utf-8", "utf-16-le", "gb18030"])
def test_the_search_for_identifiers_finds_them(form: str) -> None:
    canary = EXHIBITS[0].canary
    for text in (canary.citizen_id, canary.name, canary.phone):
        assert find_canaries(b"\x00x" + text.encode(form) + b"y") != []
    assert find_canaries(b"990101201503070011") == []


def test_the_search_finds_percent_encoded_names_in_small_and_capital_digits() -> None:
    encoded = quote(NAME)
    for text in (encoded, encoded.lower(), encoded[:6] + encoded[6:].lower()):
        assert find_canaries(f"/search?name={text}&county=990101".encode()) == ["name as percent-encoded"]


def test_a_file_that_was_searched_is_searched_again_when_somebody_wrote_to_it(tmp_path: Path) -> None:
    file = tmp_path / "connector.db"
    file.write_text("无" * len(NAME))
    os.utime(file, (0, 0))
    assert find_in_folder(tmp_path, but_not=tmp_path / "province") == []
    file.write_text(NAME)
    assert find_in_folder(tmp_path, but_not=tmp_path / "province") == ["connector.db: name as utf-8"]
    os.utime(file, (0, 0))
    assert find_in_folder(tmp_path, but_not=tmp_path / "province") == ["connector.db: name as utf-8"]


def _problem_of(response: RawResponse, language: str) -> Problem:
    """Return the problem document after checking that it is one, in the language that was asked for."""
    assert response.headers["Content-Type"] == PROBLEM_MEDIA_TYPE
    assert response.headers["Content-Language"] == language
    problem = Problem.from_bytes(response.body, MAX_PROBLEM_BYTES)
    text = text_of(problem.code)
    assert response.status == problem.status == text.status
    assert problem.title == (text.title_en if language == "en" else text.title_zh)
    assert problem.title in problem.detail
    return problem


def _health(port: int) -> int:
    headers = [("Host", "127.0.0.1"), ("Connection", "close")]
    return send_raw(port, format_request("GET", "/healthz", headers, b"")).status
