"""A gateway that lies about its log is found out by a connector, and its alert names evidence that stands alone."""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from connectors.check_promises import MERGE_DELAY_SECONDS, check_promises
from connectors.cli.main import main
from connectors.cli.session import Session
from connectors.own_log.check_entries import OwnLogCheck
from connectors.own_log.check_evidence import EvidenceError, Finding, check_evidence
from connectors.own_log.evidence import list_evidence
from connectors.own_log.evidence_document import MAX_EVIDENCE_BYTES, Fault, LogEvidence
from connectors.own_log.seen_entries import find_position
from connectors.state.alerts import list_alerts
from connectors.state.promises import list_promises
from connectors.witness.compare_notes import compare_notes
from connectors.witness.log_reader import LogReader
from connectors.witness.own_key import state_witness_key
from connectors.witness.pull import pull
from connectors.witness.witness import SPLIT_VIEW, Witness
from demo.province import Agency
from demo.scenario.cast import PASSPHRASE
from gateway.log.event_id import make_event_id, parse_event_id
from gateway.persistence.engine import write_transaction
from keys.protocol.envelopes import envelope_digest
from keys.protocol.item_events import sign_item_event
from schemas.envelope import MessageType
from schemas.messages.items import (
    MAX_ITEM_DOCUMENT_BYTES,
    MAX_ITEM_REQUEST_BYTES,
    ActClaims,
    ItemDocument,
    ItemEventClaims,
    ItemReadRequest,
    ItemSubmit,
    ItemSubmitAnswer,
    OpenedClaims,
)
from schemas.workflows.roles import WorkflowRole
from tests.attack.malicious_gateway import (
    DISCLOSURES,
    Liar,
    Rewrite,
    copy_connector,
    deceived,
    honest,
    later,
    lying,
    rewrite_all,
)
from tests.attack.rewritten_log import Leaves, copy_database, restated, said_again
from tests.scenario.gateway_simulator import Clock
from tests.scene import Scene


@dataclass(frozen=True)
class Stolen:
    """Copies of the gateway's log, and of the connectors of who asked and who answered."""

    gateway_folder: Path
    database: Path
    connectors: dict[Agency, Path]
    requester: Agency
    provider: Agency
    ids: dict[Agency, str]
    folder: Path


@pytest.fixture(scope="module")
def stolen(scene: Scene, tmp_path_factory: pytest.TempPathFactory) -> Stolen:
    """Ask a question, refer a child, wait until the log that holds both is signed, and copy everything."""
    plan, folder = scene.plan("P04"), tmp_path_factory.mktemp("stolen")
    scene.ask("P04")
    refer(scene.session(plan.requester), scene.session(plan.provider).connector.agency)
    sessions = {agency: scene.session(agency) for agency in (plan.requester, plan.provider)}
    for session in sessions.values():
        session.client.refresh_registry()
        # Its clock does that soon after the start; a registry that is copied before knows no witness key of it.
        state_witness_key(session.connector, session.trust, session.client)
        _wait_for(session)
    connectors = {agency: copy_connector(session.connector, folder / agency) for agency, session in sessions.items()}
    database = copy_database(scene, folder / "gateway.sqlite3")
    ids = {agency: session.connector.agency for agency, session in sessions.items()}
    return Stolen(scene.stage.gateway_folder, database, connectors, plan.requester, plan.provider, ids, folder)


def refer(session: Session, to: str) -> None:
    """Open an item, send it to another office, and read it."""
    connector, item = session.connector, str(uuid.uuid4())
    parts: list[dict[str, Any]] = [
        {"opened": OpenedClaims(workflow="W6", version=1, region="00", seats={})},
        {"act": ActClaims(transition="send", next_office=to)},
    ]
    prior: str | None = None
    for number, part in enumerate(parts):
        claims = ItemEventClaims(
            issuer=connector.agency,
            item=item,
            number=number,
            prior=prior,
            at=connector.seconds(),
            role=WorkflowRole.CASE_OWNER,
            officer="o-17",
            **part,
        )
        event = sign_item_event(connector.signing_key(), claims)
        prior = envelope_digest(event)
        session.client.ask(MessageType.ITEM_SUBMIT, ItemSubmit(event=event), ItemSubmitAnswer, MAX_ITEM_REQUEST_BYTES)
    request = ItemReadRequest(item=item)
    session.client.ask(MessageType.ITEM_READ, request, ItemDocument, MAX_ITEM_DOCUMENT_BYTES)


def _wait_for(session: Session) -> None:
    """Wait until the gateway can prove the last thing that it promised."""
    last = list_promises(session.connector.state)[-1]
    deadline = time.monotonic() + 30
    while session.client.find_inclusion(last.leaf) is None:
        assert time.monotonic() < deadline
        time.sleep(0.2)


@dataclass(frozen=True)
class Play:
    """A malicious gateway, and connectors that take it for their own."""

    stolen: Stolen
    liar: Liar
    stack: ExitStack
    folder: Path

    def session(self, agency: Agency, url: str | None = None) -> Session:
        return self.stack.enter_context(
            deceived(
                self.stolen.connectors[agency], self.folder / f"{agency}-{time.monotonic_ns()}", url or self.liar.url
            )
        )


@pytest.fixture
def playing(stolen: Stolen, tmp_path: Path) -> Iterator[Callable[..., Play]]:
    """Return what starts a malicious gateway whose log was rewritten in this way."""
    with ExitStack() as stack:
        count = 0

        def play(rewrite: Rewrite, **more: Any) -> Play:
            nonlocal count
            count += 1
            folder = tmp_path / str(count)
            liar = stack.enter_context(lying(folder, stolen.gateway_folder, stolen.database, rewrite, **more))
            return Play(stolen, liar, stack, folder)

        yield play


# What the connector finds.


def found_in_entries(session: Session) -> set[tuple[str, str]]:
    """Let a connector compare its entries; return the alerts, each of which has evidence that verifies offline."""
    OwnLogCheck(session.connector, session.client).run()
    return alerts_with_evidence(session)


def found_in_promises(session: Session) -> set[tuple[str, str]]:
    """Let a connector check what it was promised, when that is due."""
    check_promises(later(session, MERGE_DELAY_SECONDS + 1), session.client)
    return alerts_with_evidence(session)


def alerts_with_evidence(session: Session) -> set[tuple[str, str]]:
    evidence = {(one.fault, one.subject): one.document for one in list_evidence(session.connector.state)}
    alerts = {(code, subject) for _, code, subject in list_alerts(session.connector.state)}
    assert alerts == evidence.keys()
    for document in evidence.values():
        check_evidence(LogEvidence.from_bytes(document, MAX_EVIDENCE_BYTES))
    return alerts


def findings(session: Session, fault: Fault) -> list[tuple[LogEvidence, tuple[Finding, ...]]]:
    documents = [one.document for one in list_evidence(session.connector.state) if one.fault == fault]
    read = [LogEvidence.from_bytes(document, MAX_EVIDENCE_BYTES) for document in documents]
    return [(evidence, check_evidence(evidence)) for evidence in read]


def codes(alerts: set[tuple[str, str]]) -> set[str]:
    return {code for code, _ in alerts}


def place_of(leaves: Leaves, event_type: str, agency: str) -> int:
    """Return the place of the last entry of a type with this actor."""
    return max(int(leaf["idx"]) for leaf in leaves if (leaf["type"], leaf["actor_org"]) == (event_type, agency))


def subject_of(leaf: dict[str, Any], place: int) -> str:
    return f"{leaf['shard']}/{place}"


# Positive control.


@pytest.mark.parametrize("side", ["requester", "provider"])
def test_an_honest_copy_raises_no_alert(playing: Callable[..., Play], side: str) -> None:
    play = playing(honest)
    session = play.session(getattr(play.stolen, side))
    count = OwnLogCheck(session.connector, session.client).run()
    assert count.compared >= 8
    assert not count.faults
    assert check_promises(later(session, MERGE_DELAY_SECONDS + 1), session.client).kept >= 3
    # The journal of this copy has logged that the connector looked, and nobody signs it any more.
    assert codes(alerts_with_evidence(session)) <= {"promise_not_in_log"}


# Entries that are gone, moved or made up.


def test_a_dropped_entry_breaks_its_promise(playing: Callable[..., Play], stolen: Stolen) -> None:
    requester = stolen.ids[stolen.requester]
    play = playing(
        lambda leaves: [leaf for leaf in leaves if leaf["idx"] != place_of(leaves, "field.release", requester)]
    )
    session = play.session(stolen.requester)
    alerts = found_in_promises(session)
    assert "promise_not_in_log" in codes(alerts)
    assert "entry_moved" in codes(alerts)  # what stood behind it
    (evidence, shown), *_ = findings(session, Fault.PROMISE_NOT_IN_LOG)
    assert evidence.request is not None
    assert evidence.answer is not None
    assert [one.is_proven for one in shown] == [True, True, True, False]


def test_a_dropped_intent_is_missed_by_its_outcome(playing: Callable[..., Play], stolen: Stolen) -> None:
    """The requester has no promise of an intent that is not relayed."""
    requester = stolen.ids[stolen.requester]
    play = playing(
        lambda leaves: [leaf for leaf in leaves if leaf["idx"] != place_of(leaves, "match.query", requester)]
    )
    session = play.session(stolen.requester)
    assert "entry_differs" in codes(found_in_entries(session))
    assert any(evidence.differs == ("ref",) for evidence, _ in findings(session, Fault.ENTRY_DIFFERS))


def test_reordered_entries_have_moved(playing: Callable[..., Play], stolen: Stolen) -> None:
    requester = stolen.ids[stolen.requester]

    def reorder(leaves: Leaves) -> Leaves:
        place = place_of(leaves, "field.release", requester)
        leaves[place - 1 : place + 1] = leaves[place - 1 : place + 1][::-1]
        return leaves

    session = playing(reorder).session(stolen.requester)
    assert "entry_moved" in codes(found_in_promises(session))
    (_, shown), *_ = findings(session, Fault.ENTRY_MOVED)
    assert all(one.is_proven for one in shown)


def test_an_entry_said_twice_is_repeated(playing: Callable[..., Play], stolen: Stolen) -> None:
    requester = stolen.ids[stolen.requester]

    def repeat(leaves: Leaves) -> Leaves:
        leaf = leaves[place_of(leaves, "match.query", requester)]
        again = said_again(leaf)
        return [*leaves, {**again, DISCLOSURES: leaf[DISCLOSURES]}]

    session = playing(repeat).session(stolen.requester)
    assert "entry_repeated" in codes(found_in_entries(session))
    ((evidence, shown),) = findings(session, Fault.ENTRY_REPEATED)
    assert len(evidence.shown) >= 2
    assert shown[-1].is_proven


def invent(event_type: str, actor: str, peer: str, **members: object) -> Rewrite:
    """Return the rewrite that adds an entry of a type about a request that nobody made."""

    def rewrite(leaves: Leaves) -> Leaves:
        model = leaves[place_of(leaves, event_type, actor)]
        event_id = make_event_id(datetime.now(UTC), lambda length: b"\x07" * length)
        corr = "0f0f0f0f-0f0f-4f0f-8f0f-0f0f0f0f0f0f"
        leaf = restated({**model, "corr": corr}, id=event_id, corr=corr, peer={"org": peer}, **members)
        return [*leaves, {**leaf, "event_id": parse_event_id(event_id), DISCLOSURES: []}]

    return rewrite


def test_an_invented_request_is_not_the_agencys(playing: Callable[..., Play], stolen: Stolen) -> None:
    requester, provider = stolen.ids[stolen.requester], stolen.ids[stolen.provider]
    session = playing(invent("match.query", requester, provider)).session(stolen.requester)
    assert codes(found_in_entries(session)) == {"request_invented"}


def test_an_invented_step_of_an_item_is_not_the_agencys(playing: Callable[..., Play], stolen: Stolen) -> None:
    """Of an envelope that the agency never signed, or of one that it signed for another step."""
    requester, provider = stolen.ids[stolen.requester], stolen.ids[stolen.provider]
    made_up = {"digest": "sha-256=:" + "A" * 43 + "=:", "sig": "sha-256=:" + "A" * 43 + "=:"}
    session = playing(invent("item.act", requester, provider, req=made_up)).session(stolen.requester)
    assert codes(found_in_entries(session)) == {"request_invented"}
    session = playing(invent("item.act", requester, provider, reason="W6.close")).session(stolen.requester)
    assert codes(found_in_entries(session)) == {"entry_differs"}
    ((evidence, _),) = findings(session, Fault.ENTRY_DIFFERS)
    assert {"corr", "reason"} <= set(evidence.differs)


def test_a_step_of_an_item_said_twice_is_repeated(playing: Callable[..., Play], stolen: Stolen) -> None:
    def repeat(leaves: Leaves) -> Leaves:
        leaf = leaves[place_of(leaves, "item.act", stolen.ids[stolen.requester])]
        return [*leaves, {**said_again(leaf), DISCLOSURES: leaf[DISCLOSURES]}]

    session = playing(repeat).session(stolen.requester)
    assert codes(found_in_entries(session)) == {"entry_repeated"}
    ((evidence, shown),) = findings(session, Fault.ENTRY_REPEATED)
    assert len(evidence.shown) == 2
    assert shown[-1].is_proven


def test_an_invented_answer_is_not_the_providers(playing: Callable[..., Play], stolen: Stolen) -> None:
    requester, provider = stolen.ids[stolen.requester], stolen.ids[stolen.provider]
    session = playing(invent("field.release", requester, provider)).session(stolen.provider)
    assert codes(found_in_entries(session)) == {"answer_invented"}


# Entries that say something else.


def restate(event_type: str, actor: str, **members: object) -> Rewrite:
    def rewrite(leaves: Leaves) -> Leaves:
        place = place_of(leaves, event_type, actor)
        leaves[place] = restated(leaves[place], **members)
        return leaves

    return rewrite


@pytest.mark.parametrize(
    ("event_type", "members", "differs", "side"),
    [
        ("match.query", {"fields": ["age_band"]}, "fields", "requester"),
        ("match.query", {"records": 1}, "records", "requester"),
        ("match.query", {"purpose": "P01"}, "purpose", "requester"),
        ("match.query", {"decision": "partial"}, "decision", "requester"),
        ("match.query", {"peer": {"org": "education.990000"}}, "peer", "requester"),
        ("match.result", {"records": 1}, "records", "requester"),
        ("field.release", {"decision": "deny"}, "decision", "requester"),
        ("field.query", {"fields": ["age_band"]}, "fields", "provider"),
        ("field.release", {"records": 0}, "records", "provider"),
        (
            "field.release",
            {"req": {"digest": "sha-256=:" + "A" * 43 + "=:", "sig": "sha-256=:" + "A" * 43 + "=:"}},
            "req.digest",
            "provider",
        ),
        ("item.act", {"reason": "W6.close"}, "reason", "requester"),
        ("item.act", {"content": "sha-256=:" + "A" * 43 + "=:"}, "content", "requester"),
        ("item.open", {"corr": "0f0f0f0f-0f0f-4f0f-8f0f-0f0f0f0f0f0f"}, "corr", "requester"),
        ("item.open", {"reason": "P07"}, "reason", "requester"),
        ("match.query", {"log": "another/audit/2026"}, "log", "requester"),
        ("match.query", {"v": 2}, "form", "requester"),
    ],
)
def test_a_rewritten_entry_differs(
    playing: Callable[..., Play],
    stolen: Stolen,
    event_type: str,
    members: dict[str, object],
    differs: str,
    side: str,
) -> None:
    requester = stolen.ids[stolen.requester]
    session = playing(restate(event_type, requester, **members)).session(getattr(stolen, side))
    assert "entry_differs" in codes(found_in_entries(session))
    assert differs in {name for evidence, _ in findings(session, Fault.ENTRY_DIFFERS) for name in evidence.differs}


def test_another_officer_is_not_the_one_that_was_stated(playing: Callable[..., Play], stolen: Stolen) -> None:
    """The gateway swaps the disclosures of two fields, or keeps one back."""
    play = playing(honest)
    with write_transaction(play.liar.engine) as connection:
        place = connection.execute(
            text("SELECT max(idx) FROM audit_leaf WHERE type = 'match.query' AND actor_org = :actor"),
            {"actor": stolen.ids[stolen.requester]},
        ).scalar_one()
        connection.execute(
            text("DELETE FROM audit_disclosure WHERE idx = :place AND field = 'officer'"), {"place": place}
        )
    session = play.session(stolen.requester)
    assert codes(found_in_entries(session)) == {"entry_differs"}
    ((evidence, _),) = findings(session, Fault.ENTRY_DIFFERS)
    assert evidence.differs == ("officer",)


@pytest.mark.parametrize(("moment", "code"), [("2026-01-01", "entry_backdated"), ("9026-01-01", "entry_postdated")])
def test_an_entry_of_another_time_is_named(
    playing: Callable[..., Play], stolen: Stolen, moment: str, code: str
) -> None:
    requester = stolen.ids[stolen.requester]
    rewrite = restate("match.query", requester, time=f"{moment}T00:00:00.000Z")
    session = playing(rewrite).session(stolen.requester)
    assert codes(found_in_entries(session)) == {code}


# Entries that are shown otherwise than they stand, or not shown.


def test_an_entry_shown_otherwise_than_it_stands_is_not_proven(playing: Callable[..., Play], stolen: Stolen) -> None:
    play = playing(honest)
    with write_transaction(play.liar.engine) as connection:
        connection.execute(
            text("UPDATE audit_leaf SET entry = CAST(replace(entry, 'permit', 'deny') AS BLOB) WHERE type = :type"),
            {"type": "match.query"},
        )
    session = play.session(stolen.requester)
    assert "entry_not_proven" in codes(found_in_entries(session))


def test_an_entry_that_is_kept_back_is_missed(playing: Callable[..., Play], stolen: Stolen) -> None:
    play = playing(honest)
    session = play.session(stolen.requester)
    check_promises(session.connector, session.client)  # it is proven to be there
    with write_transaction(play.liar.engine) as connection:
        connection.execute(text("UPDATE audit_leaf SET actor_org = NULL WHERE type = 'field.release'"))
    assert "entry_withheld" in codes(found_in_entries(session))


# Two logs.


@contextmanager
def then(session: Session, url: str) -> Iterator[Session]:
    """Let the same connector talk to another gateway from now on."""
    session.close()
    with deceived(session.connector.folder, session.connector.folder.with_suffix(".then"), url) as going_on:
        yield going_on


@pytest.mark.parametrize(
    ("rewrite", "code"),
    [
        (lambda leaves: [*leaves[:3], restated(leaves[3], time="2026-01-01T00:00:00.000Z"), *leaves[4:]], "log_forked"),
        (lambda leaves: leaves[:-2], "log_shrunk"),
    ],
)
def test_another_log_than_before_is_found_out(
    playing: Callable[..., Play], stolen: Stolen, rewrite: Rewrite, code: str
) -> None:
    before, after = playing(honest), playing(rewrite)
    first = before.session(stolen.requester)
    OwnLogCheck(first.connector, first.client).run()
    with then(first, after.liar.url) as session:
        assert code in codes(found_in_entries(session))


def test_two_agencies_that_are_shown_two_logs_find_out(
    scene: Scene, playing: Callable[..., Play], stolen: Stolen
) -> None:
    """The provider witnesses the log as it is; the requester is shown another one, and asks the provider."""
    provider = Witness(scene.session(stolen.provider).connector)
    deadline = time.monotonic() + 60
    while not _has_cosigned(provider):
        assert time.monotonic() < deadline, "the provider's connector does not witness"
        time.sleep(0.5)
    scene.session(stolen.requester).client.refresh_registry()

    def fork(leaves: Leaves) -> Leaves:
        leaves[1] = restated(leaves[1], time="2026-01-01T00:00:00.000Z")
        return leaves

    session = playing(fork).session(stolen.requester)
    session.trust.accept(scene.session(stolen.requester).trust.look().token, session.connector.now())
    witness, log = Witness(session.connector), LogReader(session.connector)
    assert pull(witness, log) == 1
    compared = compare_notes(witness, session.trust, log)
    log.close()
    assert compared.contradicting >= 1
    assert SPLIT_VIEW in {code for _, code, _ in list_alerts(session.connector.state)}


def _has_cosigned(witness: Witness) -> bool:
    origins = [f"{witness.connector.gateway.log_name}/{datetime.now(UTC).year}"]
    return any(witness.newest(origin) is not None for origin in origins)


# The turn of the year.


@pytest.mark.parametrize("is_honest", [True, False])
def test_a_new_years_log_must_continue_the_old_one(
    playing: Callable[..., Play], stolen: Stolen, is_honest: bool
) -> None:
    clock = Clock()
    play = playing(honest, journal_now=clock.now)
    session = play.session(stolen.requester)
    check = OwnLogCheck(session.connector, session.client)
    check.run()
    now = clock.now()
    clock.ahead = datetime(now.year + 1, 1, 1, tzinfo=UTC) - now
    play.liar.sign()  # the old year, with its seal
    if not is_honest:
        forged = {"content": f"sha-256=:{'A' * 43}=:"}
        rewrite_all(play.liar.engine, lambda leaves: [restated(leaves[0], **forged), *leaves[1:]])
    play.liar.sign()
    found = check.run().faults
    assert found == ({} if is_honest else {Fault.TURN_BROKEN: 1})
    assert codes(alerts_with_evidence(session)) == {fault.value for fault in found}
    position = find_position(session.connector.state)
    assert position is not None
    assert position.shard == now.year + 1


# What is handed out.


def _restated_evidence(playing: Callable[..., Play], stolen: Stolen) -> Session:
    session = playing(restate("match.query", stolen.ids[stolen.requester], purpose="P01")).session(stolen.requester)
    found_in_entries(session)
    return session


@pytest.mark.parametrize("member", ["request", "answer", "statements", "checkpoints", "shown", "pin", "fault"])
def test_altered_evidence_does_not_verify(playing: Callable[..., Play], stolen: Stolen, member: str) -> None:
    ((evidence, shown),) = findings(_restated_evidence(playing, stolen), Fault.ENTRY_DIFFERS)
    assert any(one.is_proven for one in shown)
    assert evidence.request is not None
    gateway, asker = evidence.pin.gateway, stolen.ids[stolen.requester]
    altered: dict[str, object] = {
        "request": _spoilt(evidence.request),
        "answer": evidence.request,
        "statements": {**evidence.statements, asker: evidence.statements[gateway]},
        "checkpoints": (evidence.checkpoints[0].replace("/audit/", "/audix/"),),
        "shown": (evidence.shown[0].model_copy(update={"proof": evidence.shown[0].proof[::-1]}),),
        "pin": evidence.pin.model_copy(update={"signing_key": "A" * 43}),
        "fault": Fault.ENTRY_BACKDATED,
    }
    with pytest.raises(EvidenceError):
        check_evidence(evidence.model_copy(update={member: altered[member]}))


def _spoilt(token: str) -> str:
    head, body, signature = token.split(".")
    return ".".join((head, body, signature[::-1]))


def test_evidence_is_written_and_checked_by_command(
    playing: Callable[..., Play], stolen: Stolen, tmp_path: Path
) -> None:
    session = _restated_evidence(playing, stolen)
    folder, out = session.connector.folder, tmp_path / "evidence"
    run = CliRunner(env={"TONGXIN_PASSPHRASE": PASSPHRASE, "TONGXIN_FOLDER": str(folder)}).invoke
    status = json.loads(run(main, ["log", "status", "--json"]).output)
    assert status["evidence"] == 1
    assert status["compared"] >= 8
    assert run(main, ["log", "evidence", "--out", str(out)]).exit_code == 0
    (file,) = out.iterdir()
    pin = tmp_path / "pin.json"
    pin.write_bytes(session.connector.gateway.to_bytes())
    checked = run(main, ["log", "check-evidence", str(file), "--pin", str(pin)])
    assert checked.exit_code == 0, checked.output
    assert "entry_differs" in checked.output
    assert "purpose" in checked.output
    pin.write_bytes(session.connector.gateway.model_copy(update={"signing_key": "A" * 43}).to_bytes())
    assert run(main, ["log", "check-evidence", str(file), "--pin", str(pin)]).exit_code == 1
    file.write_bytes(file.read_bytes().replace(b'"P01"', b'"P02"')[:-1])
    assert run(main, ["log", "check-evidence", str(file)]).exit_code == 1
