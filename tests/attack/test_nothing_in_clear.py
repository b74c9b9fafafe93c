"""No name, number, birth date or answer stands in anything that the gateway keeps or sees, nor in any log or error."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from sqlalchemy import func, select

from connectors.gateway_client import PATHS, Prepared
from connectors.items.papers import Child
from connectors.own_log.check_entries import OwnLogCheck
from connectors.register import open_register
from connectors.state.database import reading
from connectors.state.tables import evaluated_key
from demo.province import Agency
from demo.scenario.cast import GATEWAY_ID, GUARDIAN_PLAN, PLANS
from demo.scenario.desks import query_under
from demo.scenario.refusals import RefusalPlay, prepare_probe
from demo.scenario.servers import run_command
from gateway.services.receive_request import RELAYED
from gateway.settings import DATABASE_FILE, load_settings
from keys.crypto.signing import sign_compact
from keys.protocol.envelopes import sign_envelope
from schemas.base64url import encode_base64url
from schemas.envelope import ENVELOPE_HEADER, ENVELOPE_TOKEN_TYPE, RELAY_HEADER, MessageType
from schemas.formats import digest_of
from schemas.problem import ProblemCode, ProblemError
from tests.attack.attacker import Collusion, collude, query_gateway, refusal_of
from tests.attack.clear_values import Secrets, add_released, secrets_of
from tests.attack.emergency_call import call_in_emergency
from tests.attack.recorded_life import PLAYED_BY_SEVEN, ask_for_statistics, review_a_version
from tests.attack.referral import NOTE, refer
from tests.attack.swapped_registry import copied
from tests.attack.wire import Wire, over
from tests.museum.requests.honest_runs import HonestRuns
from tests.scene import Scene


@dataclass
class Seen:
    """What was played, and what passed between connectors and gateway meanwhile."""

    secrets: Secrets
    wire: Wire
    bundle: Path
    answers: list[httpx.Response] = field(default_factory=list)


@pytest.fixture(scope="module")
def seen(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """Publish, ask all questions, review, refer, be refused, send bad inputs full of identifiers, export the log."""
    seen = Seen(secrets_of(scene), Wire(), tmp_path_factory.mktemp("bundle") / "log.zip")
    with ExitStack() as stack:
        desks = {
            agency: stack.enter_context(over(seen.wire, session)) for agency, session in scene.stage.sessions.items()
        }
        recorded = Scene(replace(scene.stage, sessions=desks), scene.agreements)
        recorded.agree_and_publish("P04")
        for plan in PLANS:
            add_released(seen.secrets, recorded.ask(plan.purpose))
        add_released(seen.secrets, recorded.ask("P10", recorded.agree_and_publish("P10")))
        agreement = scene.agreements["P01"]
        requester = desks[scene.plan("P01").requester]
        HonestRuns(requester, agreement, load_settings(scene.stage.gateway_folder).database)
        OwnLogCheck(requester.connector, requester.client).run()
        number, name = _identifiers(scene)
        refer(requester, desks[scene.plan("P01").provider], Child(name=name, citizen_id=number))
        seen.secrets.add("a note", [NOTE])
        unsigned = agreement.model_copy(update={"case_number_required": not agreement.case_number_required})
        plan = scene.plan("P04")
        civil_affairs, federation = desks[plan.requester], desks[plan.provider]
        ask_for_statistics(civil_affairs, federation, plan.regions)
        review_a_version(civil_affairs, federation, "P04", plan.regions)
        call_in_emergency(civil_affairs, desks[Agency.PUBLIC_SECURITY], plan.regions)
        RefusalPlay(requester, agreement, unsigned, unsigned, unsigned).run()
    _show_museum(scene, seen)
    run_command(
        "tongxin-gateway", "--folder", str(scene.stage.gateway_folder), "log", "export", "--out", str(seen.bundle)
    )
    return seen


# A museum of bad inputs, each with a real child's name and number in it.


def _identifiers(scene: Scene) -> tuple[str, str]:
    """Return number and name of a child that is on a register."""
    for record in open_register(scene.session(scene.plan("P09").provider).connector).records():
        if record.identity.citizen_id is not None and record.identity.name is not None:
            return record.identity.citizen_id.text, record.identity.name
    raise AssertionError("no child has a number")


def _bodies(number: str, name: str) -> Iterator[bytes]:
    yield f"{name} {number}".encode()
    yield json.dumps({"citizen_id": number, "name": name}, ensure_ascii=False).encode()
    yield json.dumps({number: name}).encode()
    yield json.dumps({"epoch": number, "blinded": name}, ensure_ascii=False, separators=(",", ":")).encode()
    yield json.dumps([number, {"records": [{"hashes": {number: [name]}}]}], ensure_ascii=False).encode()
    yield f'{{"agreement":"{number}","{name}":'.encode()


def _show_museum(scene: Scene, seen: Seen) -> None:
    number, name = _identifiers(scene)
    collusion = collude(scene, scene.agreements["P04"])
    with httpx.Client(timeout=30) as http:
        for url, headers, body in _exhibits(scene, collusion, number, name):
            seen.answers.append(http.post(url, content=body, headers=headers))
        for path in (
            f"/v1/children/{number}",
            f"/v1/match?name={quote(name)}&id={number}",
            f"/v1/log/inclusion/{number}",
        ):
            for server in (scene.stage.gateway_url, collusion.endpoint):
                seen.answers += [http.request(method, server + path) for method in ("GET", "POST", "DELETE")]


def _exhibits(
    scene: Scene, collusion: Collusion, number: str, name: str
) -> Iterator[tuple[str, dict[str, str], bytes]]:
    """Yield address, headers and body: signed, so that the body is looked at, and with headers that name the child."""
    plain = {"Content-Type": "application/json", "User-Agent": number, "Accept-Language": number}
    telling = {**plain, ENVELOPE_HEADER: f"{number}.{encode_base64url(name.encode())}.{number}", RELAY_HEADER: number}
    for kind, path in PATHS.items():
        for body in _bodies(number, name):
            signed = _signed(collusion, kind, body)
            yield scene.stage.gateway_url + path, {**plain, ENVELOPE_HEADER: signed.envelope}, body
            if kind in RELAYED:
                promise = collusion.promise(signed)
                yield (
                    collusion.endpoint + path,
                    {**plain, ENVELOPE_HEADER: signed.envelope, RELAY_HEADER: promise},
                    body,
                )
        yield scene.stage.gateway_url + path, telling, body
        yield scene.stage.gateway_url + path, {**plain, "Content-Type": f"application/json; child={number}"}, body
        stated = {**signed.claims.model_dump(mode="json"), "case": number, "officer": name}
        token = sign_compact(collusion.requester.connector.signing_key(), ENVELOPE_TOKEN_TYPE, stated)
        yield scene.stage.gateway_url + path, {**plain, ENVELOPE_HEADER: token}, body
        yield collusion.endpoint + path, {**plain, ENVELOPE_HEADER: token}, body


def _signed(collusion: Collusion, kind: MessageType, body: bytes) -> Prepared:
    """Sign any body as a message of any kind."""
    probe = prepare_probe(collusion.requester, query_under(collusion.agreement))
    audience = collusion.agreement.provider.agency if kind in RELAYED else GATEWAY_ID
    claims = probe.claims.model_copy(update={"type": kind, "audience": audience, "body": digest_of(body)})
    return Prepared(claims, sign_envelope(collusion.requester.connector.signing_key(), claims), body)


def _files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]


def test_the_gateway_keeps_nothing_in_clear(scene: Scene, seen: Seen) -> None:
    """Runs with their hashes, outcomes with decisions and profiles are there to be searched."""
    for filled in (
        "FROM match_run WHERE subject = 'guardian'",
        "FROM match_run_part",
        "FROM match_outcome WHERE decision IS NOT NULL",
        "FROM active_index WHERE profile IS NOT NULL",
    ):
        assert query_gateway(scene, f"SELECT count(*) {filled}") != [(0,)], filled
    files = _files(scene.stage.gateway_folder)
    assert {f"{DATABASE_FILE}-wal", DATABASE_FILE} <= {path.name for path in files}
    assert {path.name: seen.secrets.find(path.read_bytes()) for path in files} == {path.name: set() for path in files}


def test_the_gateway_sees_nothing_in_clear(seen: Seen) -> None:
    """Every body and every header, in both directions, of publishing, asking, referring and being refused."""
    unseen = {MessageType.AGREEMENT_END, MessageType.AGREEMENT_COUNTERSIGN, MessageType.KEY_PUBLISH}
    kinds = set(PATHS) - PLAYED_BY_SEVEN - unseen
    assert {passed.path for passed in seen.wire.passed} >= {PATHS[kind] for kind in kinds}
    for passed in seen.wire.passed:
        headers = b"\n".join(
            name + b":" + value
            for found in (passed.request_headers, passed.response_headers)
            for name, value in found.raw
        )
        assert seen.secrets.find(b"\n".join((headers, passed.request, passed.response))) == set()


def test_no_log_and_no_connectors_file_names_a_child(scene: Scene, seen: Seen) -> None:
    """Where they ask, the evaluated linkage keys that they keep are there too."""
    for plan in (*PLANS, GUARDIAN_PLAN):
        with reading(scene.session(plan.requester).connector.state) as connection:
            assert connection.execute(select(func.count()).select_from(evaluated_key)).scalar_one() > 0
    logs = sorted(scene.stage.folder.glob("*.log"))
    assert len(logs) == 5
    files = [*logs, *_files(scene.stage.folder / "connectors")]
    assert any(path.name == "connector.sqlite3" for path in files)
    assert {str(path): seen.secrets.find(path.read_bytes()) for path in files} == {str(path): set() for path in files}


def test_the_exported_log_names_nobody(seen: Seen) -> None:
    assert seen.secrets.find(seen.bundle.read_bytes()) == set()


def test_no_refusal_quotes_what_it_refuses(seen: Seen) -> None:
    assert len(seen.answers) > 150
    assert not any(answer.is_success for answer in seen.answers)
    assert {refusal_of(answer) for answer in seen.answers} >= {ProblemCode.MALFORMED, ProblemCode.ENVELOPE_MALFORMED}
    for answer in seen.answers:
        assert seen.secrets.find(answer.content + str(answer.headers).encode()) == set()


def test_no_exception_quotes_what_it_refuses(scene: Scene, tmp_path: Path) -> None:
    """Neither its text nor its repr, where a connector is handed nonsense in the place of a registry."""
    number, name = _identifiers(scene)
    with copied(scene.session(scene.plan("P04").requester), tmp_path) as session:
        for body in _bodies(number, name):
            with pytest.raises(ProblemError) as raised:
                session.trust.accept(body.decode(), session.connector.now())
            for shown in (str(raised.value), repr(raised.value), raised.value.diagnostics()):
                assert number not in shown
                assert name not in shown


# The search itself.


def test_the_search_finds_what_is_planted(scene: Scene, seen: Seen) -> None:
    """The positive control: each kind in each form, anywhere in the gateway's own database."""
    number, name = _identifiers(scene)
    database = (scene.stage.gateway_folder / DATABASE_FILE).read_bytes()[:100_000]
    assert seen.secrets.find(database) == set()
    for place in (0, len(database) // 3, len(database)):
        for text, encoding in (
            (number, "utf-8"),
            (name, "utf-8"),
            (number, "utf-16-le"),
            (number[:6] + number[8:17], "ascii"),
        ):
            planted = database[:place] + text.encode(encoding) + database[place:]
            assert seen.secrets.find(planted)
    assert any(
        "answer" in kind for kind in seen.secrets.find(b'{"as_of":"2026-01","answers":[{"values":{"enrolled":true}}]}')
    )


@pytest.mark.parametrize("before", ["", "a", "ab"])
def test_a_number_is_found_in_base64_and_no_time_is_taken_for_one(before: str) -> None:
    """A key statement tells a time of ten digits; nine of eleven digits of a phone stand in it, one place further."""
    phone, time = "13179536690", f"{before}{{\"issued_at\":1795366901}}"
    secrets = Secrets()
    secrets.add("a number", [phone])
    assert secrets.find(encode_base64url(f"{before}{phone}}}".encode()).encode()) == {"a number as base64"}
    assert secrets.find(encode_base64url(time.encode()).encode()) == set()


@pytest.mark.parametrize("purpose", ["P01", "P04", "P09", "P14"])
def test_the_search_knows_the_guardians_of_every_register(scene: Scene, seen: Seen, purpose: str) -> None:
    records = open_register(scene.session(scene.plan(purpose).provider).connector).records()
    guardians = [record.identity.guardian for record in records]
    names = {guardian.name for guardian in guardians if guardian.name}
    numbers = {guardian.citizen_id.text for guardian in guardians if guardian.citizen_id is not None}
    phones = {guardian.phone for guardian in guardians if guardian.phone}
    assert min(len(names), len(numbers), len(phones)) > 10
    for kind, texts in (("a name", names), ("a number", numbers), ("a number", phones)):
        missed = sum(not any(kind in found for found in seen.secrets.find(f"x{text}y".encode())) for text in texts)
        assert missed == 0, f"{missed} of {len(texts)} are not looked for"


def test_the_search_finds_the_registers_themselves(scene: Scene, seen: Seen) -> None:
    certificates = (scene.stage.province / "disabled_federation" / "持证残疾儿童.csv").read_bytes()[:5_000]
    assert {"a name as gb18030", "a number as utf-8", "a birth date as utf-8"} <= seen.secrets.find(certificates)
    register = (scene.stage.province / "public_security" / "household_register.sqlite3").read_bytes()[:20_000]
    assert {"a name as utf-8", "a number as utf-8"} <= seen.secrets.find(register)
