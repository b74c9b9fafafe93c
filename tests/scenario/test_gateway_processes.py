"""Several processes on one database, and processes that are killed: what was accepted stays accepted, once."""

import os
import signal
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from gateway.log.log_check import check_log
from gateway.persistence.engine import read_transaction
from schemas.agreement import Agreement
from schemas.envelope import MessageType
from schemas.formats import digest_of
from schemas.linkage_keys import KeyType
from schemas.messages.agreements import AgreementList
from schemas.messages.index import (
    IndexActivate,
    IndexPart,
    IndexStatus,
    IndexStatusRequest,
    manifest_of,
    pack_entries,
)
from schemas.messages.match import MatchAnswer, Outcome
from tests.gateway_process import end_process, serving_process
from tests.scenario.gateway_simulator import GATEWAY_ID, PASSPHRASE, World, entry, played_world, record

ENTRIES = 40_000
PARTS = 4


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "gateway"


@pytest.fixture
def world(folder: Path) -> Iterator[World]:
    with played_world(folder) as world:
        world.http.timeout = httpx.Timeout(60)
        yield world


def test_an_id_is_accepted_once_across_processes_workers_and_restarts(world: World, folder: Path) -> None:
    body = AgreementList().to_bytes()
    claims = world.requester.claims(MessageType.AGREEMENT_LIST, body, GATEWAY_ID)
    with (
        serving_process(folder, PASSPHRASE, "--workers", "2") as (_, first),
        serving_process(folder, PASSPHRASE) as (_, second),
    ):
        worlds = [replace(world, url=url) for url in (first, second)] * 4
        with ThreadPoolExecutor(8) as senders:
            statuses = list(senders.map(lambda one: one.send(one.requester, claims, body).status, worlds))
    assert sorted(statuses) == [200] + [409] * 7
    with serving_process(folder, PASSPHRASE) as (_, third):
        assert replace(world, url=third).send(world.requester, claims, body).status == 409
    with read_transaction(world.gateway.engine) as connection:
        check_log(connection, world.gateway.settings.log_name)


@pytest.mark.parametrize("seconds", [0.05, 0.3])
def test_a_killed_activation_leaves_the_old_index_or_the_new_one(world: World, folder: Path, seconds: float) -> None:
    agreement = world.conclude()
    kept, added = (os.urandom(16), os.urandom(16)), (os.urandom(16), os.urandom(16))
    handle = os.urandom(16)
    old = world.publish(agreement, [[entry(handle, KeyType.ID, kept[0]), entry(handle, KeyType.P_D, kept[1])]])
    new = str(uuid.uuid4())
    activate = _send_parts(world, agreement, new, added)
    with serving_process(folder, PASSPHRASE) as (process, url):
        served = replace(world, url=url)
        with ThreadPoolExecutor(1) as sender:
            sent = sender.submit(_activate, served, agreement, activate)
            time.sleep(seconds)
            end_process(process, signal.SIGKILL)
            sent.result()
    active = _active(world, agreement)
    assert active in {old, new}
    assert _found(world, agreement, kept) == (active == old)
    assert _found(world, agreement, added) == (active == new)
    assert _activate(world, agreement, activate) == 200
    assert _active(world, agreement) == new
    assert _found(world, agreement, added)
    assert not _found(world, agreement, kept)


def _send_parts(world: World, agreement: Agreement, index: str, child: tuple[bytes, bytes]) -> IndexActivate:
    world.begin(agreement, index, PARTS)
    digests = []
    for number in range(PARTS):
        filler = [entry(os.urandom(16), KeyType.ID, os.urandom(16)) for _ in range(ENTRIES // PARTS - 2)]
        handle = os.urandom(16)
        own = [entry(handle, KeyType.ID, child[0]), entry(handle, KeyType.P_D, child[1])] if number == 2 else []
        part = IndexPart(index=index, number=number, entries=pack_entries([*filler, *own]))
        digests.append(part.digest())
        world.tell(world.provider, MessageType.INDEX_PART, part, agreement=agreement.digest())
    return IndexActivate(index=index, manifest=digest_of(manifest_of(digests)))


def _activate(world: World, agreement: Agreement, message: IndexActivate) -> int:
    """Return the status, 0 if the process died before it answered."""
    try:
        answer = world.post(
            world.provider, MessageType.INDEX_ACTIVATE, message, GATEWAY_ID, agreement=agreement.digest()
        )
    except httpx.HTTPError:
        return 0
    return answer.status


def _active(world: World, agreement: Agreement) -> str | None:
    message = IndexStatusRequest(epoch=1)
    answer = world.tell(world.provider, MessageType.INDEX_STATUS, message, agreement=agreement.digest())
    return IndexStatus.from_bytes(answer.body, 2**20).active


def _found(world: World, agreement: Agreement, child: tuple[bytes, bytes]) -> bool:
    answer = world.match(agreement, [record(id=child[0], p_d=child[1])])
    return MatchAnswer.from_bytes(answer.body, 2**20).outcomes[0].outcome is Outcome.MATCH
