"""What must hold after every kill: nothing acknowledged is gone, the log only grew, an index is old or new, whole."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from sqlalchemy import Connection, Engine, func, select

from connectors.cli.session import Session
from connectors.requester.ask import Questioner
from connectors.state.database import reading
from connectors.state.promises import list_promises
from connectors.state.tables import budget_use as provider_budget
from connectors.state.tables import release
from gateway.log.log_check import check_log
from gateway.log.proofs import prove_leaf, prove_prefix
from gateway.persistence.agreement_tables import agreement as agreement_table
from gateway.persistence.agreement_tables import budget_use
from gateway.persistence.audit_tables import audit_leaf
from gateway.persistence.engine import create_database_engine, read_transaction
from gateway.persistence.index_tables import index_entry, index_removal
from gateway.persistence.publication_queries import ActiveIndex, list_active
from gateway.persistence.run_queries import RunState
from gateway.persistence.run_tables import match_outcome, match_run, match_run_part
from gateway.settings import load_settings
from keys.crypto.checkpoint import Checkpoint
from keys.crypto.log_shards import shard_of_origin, verify_shard_checkpoint
from keys.crypto.merkle import verify_consistency, verify_inclusion
from keys.crypto.note_key import VerifierKey
from schemas.base64url import decode_base64url
from schemas.formats import ELEMENT_BYTES, digest_of
from schemas.messages.index import FLAGGED, IndexEntry, IndexPart, unpack_entries, unpack_handles
from schemas.messages.match import Outcome
from tests.museum.requests.alterations import canonical
from tests.scenario.killed.notes import NotesReader
from tests.scenario.killed.province import TwoAgencies
from tests.scenario.killed.workers import result_digest


@dataclass
class History:
    """What the processes noted: messages sent and acknowledged, answers kept, problems met."""

    reader: NotesReader
    lines: list[dict[str, Any]] = field(default_factory=list)
    acknowledged: list[dict[str, Any]] = field(default_factory=list)
    sent: dict[str, dict[str, Any]] = field(default_factory=dict)
    answered: dict[tuple[str, int], str] = field(default_factory=dict)
    problems: Counter[str] = field(default_factory=Counter)
    parts: dict[tuple[str, int], IndexPart] = field(default_factory=dict)
    begun: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    asked_again: int = 0
    _kept: dict[str, int] = field(default_factory=dict)
    _looked: dict[int, int] = field(default_factory=dict)
    _whole: dict[str, frozenset[IndexEntry]] = field(default_factory=dict)

    def update(self) -> None:
        """Take in what is new."""
        for line in self.reader.read():
            self.lines.append(line)
            match line["what"]:
                case "sending":
                    self._note_sent(line)
                case "acknowledged":
                    self.acknowledged.append(line)
                case "answered":
                    self.answered[line["question"], line["row"]] = line["digest"]
                case "asked":
                    self.asked.add(line["question"])
                case "looking" | "lacking" | "kept":
                    self._note_evaluations(line)
                case "problem":
                    self.problems[line["code"]] += 1

    def acknowledged_of(self, message_type: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        """Return bodies and answers of the acknowledged messages of a type."""
        return [
            (json.loads(self.sent[line["id"]]["body"]), json.loads(line["answer"]))
            for line in self.acknowledged
            if line["type"] == message_type
        ]

    def entries_of(self, index: str) -> frozenset[IndexEntry]:
        """Return the whole index as it was sent, part by part, changes upon changes."""
        if index not in self._whole:
            begun = self.begun[index]
            parts = [self.parts[index, number] for number in range(begun["parts"])]
            added = frozenset(entry for part in parts for entry in unpack_entries(part.entries))
            removed = {handle for part in parts for handle in unpack_handles(part.removals)}
            base = self.entries_of(begun["base"]) if begun["mode"] == "changes" else frozenset()
            self._whole[index] = frozenset(entry for entry in base if entry.handle not in removed) | added
        return self._whole[index]

    def _note_evaluations(self, line: dict[str, Any]) -> None:
        """Count the keys that somebody lacked, and so asked for, though they were kept before it looked."""
        now = len(self.lines)
        if line["what"] == "looking":
            self._looked[line["process"]] = now
        elif line["what"] == "kept":
            self._kept.update(dict.fromkeys(line["keys"], now))
        else:
            looked = self._looked[line["process"]]
            self.asked_again += sum(self._kept.get(key, now) < looked for key in line["keys"])

    def _note_sent(self, line: dict[str, Any]) -> None:
        self.sent[line["id"]] = line
        body = line["body"].encode()
        if line["type"] == "index.part":
            part = IndexPart.from_bytes(body, len(body))
            self.parts[part.index, part.number] = part
        if line["type"] == "index.begin":
            begun = json.loads(body)
            self.begun[begun["index"]] = begun


@dataclass
class Checker:
    """Looks into the gateway's and the connectors' databases, and asks over HTTP, for all that was acknowledged."""

    stage: TwoAgencies
    requester: Session
    provider: Session
    history: History
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=30))
    engine: Engine = field(init=False)
    log_name: str = field(init=False)
    checkpoints: list[Checkpoint] = field(default_factory=list)

    def __post_init__(self) -> None:
        settings = load_settings(self.stage.gateway_folder)
        self.engine = create_database_engine(settings.database)
        self.log_name = settings.log_name

    @property
    def shard(self) -> int:
        """The year in which this runs, by the newest checkpoint that was signed."""
        shard = shard_of_origin(self.log_name, self.checkpoints[-1].origin)
        assert shard is not None
        return shard

    def close(self) -> None:
        """Let go of the gateway's database and of the connection to it."""
        self.engine.dispose()
        self.http.close()

    def check(self) -> None:
        """Check all; the gateway must be up. What is noted is read first: it can only have become more since."""
        self.history.update()
        self._check_log()
        self._check_promises()
        self._check_agreements()
        self._check_answers()
        self._check_receipts()
        self._check_budgets()
        self._check_runs()
        self.check_indexes()
        assert self.history.asked_again == 0, "an evaluated key that was kept is charged twice"

    def check_inclusion_of_all_promises(self) -> None:
        """Prove every promise against the newest checkpoint that was signed."""
        size, root = self.checkpoints[-1].size, self.checkpoints[-1].root_hash
        for session in (self.requester, self.provider):
            for kept in list_promises(session.connector.state):
                if kept.leaf_index < size:
                    proof = prove_leaf(self.engine, self.shard, kept.leaf_index, size)
                    verify_inclusion(decode_base64url(kept.leaf), kept.leaf_index, size, proof.hashes, root)

    def check_results_are_whole(self, rows: int) -> None:
        """Check that every question that came to its end has a result for each row, and for each match an answer."""
        vault = Questioner.vault_of(self.requester.connector)
        for question in self.history.asked:
            results = vault.results(question)
            assert len(results) == rows
            for result in results:
                is_answered = bool(result.values) or result.refused is not None
                assert is_answered == (result.outcome == Outcome.MATCH)
                assert bool(result.receipt_number) == is_answered

    def _check_log(self) -> None:
        with read_transaction(self.engine) as connection:
            check_log(connection, self.log_name)
        note = self.http.get(f"{self.stage.gateway_url}/v1/log/checkpoint").content
        key = VerifierKey.parse(self.requester.connector.gateway.log_verifier_key)
        self.checkpoints.append(verify_shard_checkpoint(note, key))
        new = self.checkpoints[-1]
        for old in self.checkpoints:
            proof = prove_prefix(self.engine, self.shard, old.size, new.size)
            verify_consistency(old.size, old.root_hash, new.size, new.root_hash, proof.hashes)

    def _check_promises(self) -> None:
        promised = {
            kept.leaf_index: decode_base64url(kept.leaf)
            for session in (self.requester, self.provider)
            for kept in list_promises(session.connector.state)
        }
        with read_transaction(self.engine) as connection:
            rows = connection.execute(select(audit_leaf.c.idx, audit_leaf.c.leaf_hash)).all()
        leaves = {row.idx: row.leaf_hash for row in rows}
        assert {place: leaves.get(place) for place in promised} == promised

    def _check_agreements(self) -> None:
        with read_transaction(self.engine) as connection:
            rows = connection.execute(select(agreement_table)).all()
        states = {row.digest: (row.state, bool(row.provider_signature)) for row in rows}
        for body, _ in self.history.acknowledged_of("agreement.propose"):
            assert digest_of(canonical(body["agreement"])) in states
        for body, _ in self.history.acknowledged_of("agreement.sign"):
            assert states[body["agreement"]] == ("active", True)

    def _check_answers(self) -> None:
        vault = Questioner.vault_of(self.requester.connector)
        kept = {
            (asked.id, result.row_number): result_digest(result)
            for asked in vault.list_questions()
            for result in vault.results(asked.id)
        }
        assert {place: kept.get(place) for place in self.history.answered} == self.history.answered

    def _check_receipts(self) -> None:
        with reading(self.provider.connector.state) as connection:
            noted = set(connection.scalars(select(release.c.receipt_number).where(release.c.receipt_at.is_not(None))))
        numbers = {answer["receipt_number"] for _, answer in self.history.acknowledged_of("receipt")}
        assert numbers <= noted

    def _check_budgets(self) -> None:
        evaluated: Counter[tuple[str, str]] = Counter()
        for line in self.history.acknowledged:
            body = json.loads(self.history.sent[line["id"]]["body"])
            if line["type"] == "evaluate":
                elements = len(decode_base64url(body["blinded"])) // ELEMENT_BYTES
                evaluated[line["agreement"], "evaluations"] += elements
            if line["type"] == "exchange":
                evaluated[line["agreement"], "releases"] += len(body["handles"])
        with read_transaction(self.engine) as connection:
            at_gateway = _used(connection, budget_use)
        with reading(self.provider.connector.state) as connection:
            at_provider = _used(connection, provider_budget)
        for place, amount in evaluated.items():
            assert at_gateway[place] >= amount, "the gateway lost a charge"
            assert at_provider[place] >= amount, "the provider lost a charge"

    def _check_runs(self) -> None:
        """Check that parts are there until their run is judged, and outcomes and decisions from then on."""
        with read_transaction(self.engine) as connection:
            runs = {row.run_id: row for row in connection.execute(select(match_run))}
            parts = {(row.run, row.number): row.digest for row in connection.execute(select(match_run_part))}
            outcomes = {(row.run, row.row): row for row in connection.execute(select(match_outcome))}
        for line in self.history.acknowledged:
            sent = self.history.sent[line["id"]]["body"]
            if line["type"] == "match.part":
                part = json.loads(sent)
                run = runs[part["run"]]
                is_kept = parts.get((run.id, part["number"])) == digest_of(sent.encode())
                assert is_kept or run.state == RunState.JUDGED, "the gateway lost a part"
        for asked, answer in self.history.acknowledged_of("match"):
            for told in answer["outcomes"]:
                kept = outcomes[runs[asked["run"]].id, told["row"]]
                assert told["outcome"] in {kept.outcome, kept.decision}, "the gateway lost or changed an outcome"
        for review, _ in self.history.acknowledged_of("match.review"):
            decided = outcomes[runs[review["run"]].id, review["row"]].decision
            assert decided == review["decision"], "the gateway lost a reviewer's decision"

    def check_indexes(self) -> None:
        """Check that each active index is exactly one that was sent, and none is older than one acknowledged."""
        acknowledged = [line for line in self.history.acknowledged if line["type"] == "index.activate"]
        with read_transaction(self.engine) as connection:
            active = list_active(connection)
            visible = {index.index_id: visible_entries(connection, index) for index in active}
        self.history.update()
        for index, entries in visible.items():
            assert entries == self.history.entries_of(index), "an index is neither the old nor the new one"
            assert len({entry.handle for entry in entries}) == self.history.begun[index]["records"]
        order = {index: place for place, index in enumerate(self.history.begun)}
        now = {index.agreement: order[index.index_id] for index in active}
        for line in acknowledged:
            activated = json.loads(self.history.sent[line["id"]]["body"])["index"]
            assert now[line["agreement"]] >= order[activated], "an activated index went back"


def visible_entries(connection: Connection, index: ActiveIndex) -> frozenset[IndexEntry]:
    """Return the entries of an index that matching sees, by the rule that the tables state."""
    columns, removal = index_entry.c, index_removal.c
    removals = (
        select(removal.handle, func.max(removal.generation))
        .where(removal.volume == index.volume, removal.generation <= index.generation)
        .group_by(removal.handle)
    )
    removed_at: dict[bytes, int] = dict(map(tuple, connection.execute(removals)))
    shown = (columns.handle, columns.county, columns.key_type_code, columns.is_flagged, columns.index_hash)
    stored = select(*shown, columns.generation).where(
        columns.volume == index.volume, columns.generation <= index.generation
    )
    return frozenset(
        IndexEntry(handle, county, key_type_code | FLAGGED * is_flagged, index_hash)
        for handle, county, key_type_code, is_flagged, index_hash, generation in connection.execute(stored)
        if removed_at.get(handle, 0) <= generation
    )


def _used(connection: Connection, table: Any) -> Mapping[tuple[str, str], int]:
    """Return what is charged by agreement and kind, of whatever day."""
    used: Counter[tuple[str, str]] = Counter()
    for row in connection.execute(select(table)):
        used[row.agreement, row.kind] += row.used
    return used
