"""Parts that tests of the audit log are made of."""

import hashlib
import itertools
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, Engine

from gateway.log.checkpoints import publish_checkpoint
from gateway.log.events import Actor, Event, EventType, PersonalField, PolicyRef, RequestRef
from gateway.log.journal import Draft, Journal
from gateway.log.signing_memory import SIGNING_MEMORY_FILE, SigningMemory
from gateway.persistence.engine import write_transaction
from keys.crypto.note import NoteSigner
from schemas.formats import digest_of
from schemas.randomness import RandomSource

LOG_NAME = "gateway.example/audit"
SHARD = 2026
ORIGIN = f"{LOG_NAME}/{SHARD}"
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SEED = b"\x01" * 32
LOG_SIGNER = NoteSigner(ORIGIN, SEED)
LOG_KEY = NoteSigner(LOG_NAME, SEED).verifier_key


def repeatable_random(seed: str = "") -> RandomSource:
    """Return a source that gives other bytes at each call, and the same ones in each run."""
    counter = itertools.count()

    def random(length: int) -> bytes:
        return hashlib.shake_256(f"{seed}/{next(counter)}".encode()).digest(length)

    return random


def query_event(**changes: object) -> Event:
    """Return a match query as an agency asks it."""
    members: dict[str, object] = {
        "type": EventType.MATCH_QUERY,
        "actor": Actor("education.990101", "enrolment", "kid-1"),
        "peer": "civil_affairs.990101",
        "purpose": "P01",
        "policy": PolicyRef("01900000-0000-7000-8000-000000000001", digest_of(b"agreement")),
        "decision": "permit",
        "fields": ("disability_cert_valid",),
        "records": 20,
        "request": RequestRef(digest_of(b"content"), digest_of(b"signature")),
        "correlation_id": "01900000-0000-7000-8000-000000000002",
        "personal": {PersonalField.OFFICER: "o-1", PersonalField.CASE_REF: "c-9"},
    }
    return Event(**(members | changes))  # type: ignore[arg-type]


def log_events(*events: Event) -> Callable[[Connection], Draft[None]]:
    """Return a change that does nothing but log `events`."""
    return lambda _connection: Draft(None, events)


def start_journal(engine: Engine, *, max_queue: int = 4096, max_group: int = 1000) -> Journal:
    """Return a running journal with real randomness, at a time of the test's year."""
    journal = Journal(engine, LOG_NAME, lambda: NOW, os.urandom, max_queue=max_queue, max_group=max_group)
    journal.start()
    return journal


def sign(engine: Engine, shard: int = SHARD, signer: NoteSigner = LOG_SIGNER) -> bytes:
    """Publish a checkpoint of the log as it stands, by a signer who remembers nothing of before, and return it."""
    with TemporaryDirectory() as folder, write_transaction(engine) as connection:
        return publish_checkpoint(connection, shard, signer, NOW, new_memory(Path(folder)))


def new_memory(folder: Path) -> SigningMemory:
    """Return the memory of a log that has signed nothing."""
    memory = SigningMemory(folder / SIGNING_MEMORY_FILE)
    memory.create()
    return memory


def fill(engine: Engine, size: int) -> None:
    """Append queries until the log has `size` leaves more, in groups as they come."""
    journal = start_journal(engine)
    for start in range(0, size, 500):
        journal.write(log_events(*(query_event() for _ in range(start, min(size, start + 500)))), 60)
    journal.stop()
