"""A gateway whose operator lies: the real program, with the real keys, on a log that was made anew. Over real HTTP."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, select

from connectors.cli.session import Session
from connectors.context import Connector, open_connector, utc_now
from connectors.gateway_client import GatewayClient
from connectors.settings import SETTINGS_FILE, STATE_FILE, load_settings, save_settings
from connectors.trust import TrustStore
from demo.scenario.cast import PASSPHRASE
from gateway.api.app import create_app
from gateway.bootstrap import own_keys
from gateway.log.journal import Journal
from gateway.log.signing_memory import SIGNING_MEMORY_FILE, SigningMemory
from gateway.log.tiles import Tile, TreeEdge
from gateway.persistence.audit_tables import (
    audit_checkpoint,
    audit_cosignature,
    audit_disclosure,
    audit_leaf,
    audit_subject_index,
    audit_tile,
)
from gateway.persistence.engine import write_transaction
from gateway.services.context import Gateway
from gateway.services.members import MemberDirectory
from gateway.services.provider_client import ProviderClient
from gateway.services.sign_log import sign_log
from gateway.settings import KEY_FILE
from gateway.settings import load_settings as load_gateway_settings
from keys.crypto.merkle import leaf_hash
from keys.custody.key_store import KeyStore
from tests.attack.rewritten_log import Leaves, open_copy
from tests.scenario.gateway_simulator import serving

DISCLOSURES = "disclosures"
"""Beside the columns of a leaf: the rows of its disclosures, which go where it goes."""

Rewrite = Callable[[Leaves], Leaves]


@dataclass(frozen=True)
class Liar:
    """A running malicious gateway: where it answers, and its database, where the operator may change more."""

    url: str
    engine: Engine
    gateway: Gateway

    def sign(self) -> None:
        """Sign the log as it stands now."""
        sign_log(self.gateway)


def honest(leaves: Leaves) -> Leaves:
    """Change nothing: the positive control."""
    return leaves


@contextmanager
def lying(
    folder: Path, gateway_folder: Path, database: Path, rewrite: Rewrite, journal_now: Callable[[], datetime] = utc_now
) -> Iterator[Liar]:
    """Serve a copy of a gateway's database whose log was rewritten, signed with the gateway's own key."""
    folder.mkdir()
    settings = load_gateway_settings(gateway_folder)
    engine = open_copy(database, folder / "gateway.sqlite3")
    rewrite_all(engine, rewrite)
    memory = SigningMemory(folder / SIGNING_MEMORY_FILE)
    memory.create()
    journal = Journal(engine, settings.log_name, journal_now, os.urandom)
    providers = ProviderClient(5, 8)
    gateway = Gateway(
        settings=settings,
        keys=KeyStore(gateway_folder / KEY_FILE, PASSPHRASE, os.urandom),
        own_keys=own_keys(settings),
        engine=engine,
        signing_memory=memory,
        public_folder=folder / "public",
        journal=journal,
        members=MemberDirectory(engine),
        providers=providers,
        now=utc_now,
        random=os.urandom,
    )
    journal.start()
    try:
        sign_log(gateway)
        with serving(create_app(gateway)) as url:
            yield Liar(url, engine, gateway)
    finally:
        journal.stop()
        providers.close()
        engine.dispose()


def rewrite_all(engine: Engine, rewrite: Rewrite) -> None:
    """Make the newest year's log anew from other leaves, as if they had always been there; not signed yet."""
    with write_transaction(engine) as connection:
        leaves = _take_leaves(connection)
        shard = leaves[-1]["shard"]
        older = [leaf for leaf in leaves if leaf["shard"] != shard]
        for table in (audit_cosignature, audit_checkpoint, audit_disclosure, audit_subject_index, audit_tile):
            connection.execute(table.delete().where(table.c.shard == shard))
        connection.execute(audit_leaf.delete().where(audit_leaf.c.shard == shard))
        _put_leaves(connection, shard, rewrite([leaf for leaf in leaves if leaf not in older]))


def _take_leaves(connection: Connection) -> Leaves:
    order = (audit_leaf.c.shard, audit_leaf.c.idx)
    leaves = [dict(row) for row in connection.execute(select(audit_leaf).order_by(*order)).mappings()]
    by_place: dict[tuple[int, int], list[dict[str, Any]]] = {}
    for row in connection.execute(select(audit_disclosure)).mappings():
        by_place.setdefault((row["shard"], row["idx"]), []).append(dict(row))
    for leaf in leaves:
        leaf[DISCLOSURES] = by_place.get((leaf["shard"], leaf["idx"]), [])
    return leaves


def _put_leaves(connection: Connection, shard: int, leaves: Leaves) -> None:
    edge, tiles, disclosures = TreeEdge(), list[Tile](), []
    rows = []
    for place, leaf in enumerate(leaves):
        own = {**leaf, "idx": place, "leaf_hash": leaf_hash(leaf["entry"])}
        disclosures += [{**row, "idx": place} for row in own.pop(DISCLOSURES, [])]
        tiles += edge.append(own["leaf_hash"])
        rows.append(own)
    connection.execute(audit_leaf.insert(), rows)
    if disclosures:
        connection.execute(audit_disclosure.insert(), disclosures)
    if tiles:
        full = [{"shard": shard, "level": tile.level, "n": tile.n, "data": tile.data} for tile in tiles]
        connection.execute(audit_tile.insert(), full)


def copy_connector(connector: Connector, target: Path) -> Path:
    """Copy a connector's folder while it is in use."""
    target.mkdir(parents=True)
    for file in connector.folder.iterdir():
        if file.is_file() and not file.name.startswith(STATE_FILE):
            shutil.copy(file, target / file.name)
    with (
        closing(sqlite3.connect(connector.folder / STATE_FILE)) as source,
        closing(sqlite3.connect(target / STATE_FILE)) as copy,
    ):
        source.backup(copy)
        for table in ("own_entry", "log_position", "seen_checkpoint", "log_evidence", "alert", "cosigned_checkpoint"):
            copy.execute(f"DELETE FROM {table}")
        copy.execute("UPDATE promise SET proven_at = NULL, broken_at = NULL")
        copy.commit()
    return target


@contextmanager
def deceived(folder: Path, target: Path, url: str) -> Iterator[Session]:
    """Open a further copy of a copied connector that takes the gateway at `url` for its own."""
    shutil.copytree(folder, target)
    settings = load_settings(target)
    assert settings.gateway is not None
    gateway = settings.gateway.model_copy(update={"url": url})
    save_settings(target, settings.model_copy(update={"gateway": gateway}))
    assert (target / SETTINGS_FILE).is_file()
    connector = open_connector(target, PASSPHRASE)
    trust = TrustStore(connector.state, connector.gateway)
    session = Session(connector, trust, GatewayClient(connector, trust))
    try:
        yield session
    finally:
        session.close()


def later(session: Session, seconds: float) -> Connector:
    """Return the connector of a session as it will be in some seconds."""
    now = session.connector.now
    return replace(session.connector, now=lambda: datetime.fromtimestamp(now().timestamp() + seconds, now().tzinfo))
