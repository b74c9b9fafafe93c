"""Founding a gateway: its folder, keys, own statement, database and the first leaf of its log."""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gateway.log.events import Actor, Event, EventType
from gateway.log.journal import Draft
from gateway.log.signing_memory import SIGNING_MEMORY_FILE, SigningMemory
from gateway.persistence.engine import create_database_engine
from gateway.persistence.migrate import migrate_database
from gateway.services.context import Gateway
from gateway.services.registry import publish_registry_in
from gateway.settings import DATABASE_FILE, KEY_FILE, SETTINGS_FILE, GatewaySettings, SettingsError, save_settings
from keys.crypto.signing import SigningKey
from keys.custody.key_file import create_key_file
from keys.custody.key_file_format import KdfCost
from keys.custody.key_ring import KeyKind, KeyRing
from keys.custody.new_keys import create_gateway_ring
from keys.protocol.key_chain import encode_verification_key, state_key
from schemas.key_statement import KeyStatement, KeyUse
from schemas.randomness import RandomSource


@dataclass(frozen=True, slots=True)
class Founding:
    """What the operator decides when a gateway is founded."""

    gateway: str
    name_zh: str
    name_en: str
    url: str
    database: str | None = None


def create_gateway_folder(
    folder: Path, founding: Founding, passphrase: str, cost: KdfCost, now: datetime, random: RandomSource
) -> GatewaySettings:
    """Make keys, settings and database; the settings come last, so that an interrupted start is begun again.

    Raises:
        SettingsError: there is a gateway in the folder already.
        pydantic.ValidationError: a setting is malformed; nothing was made.
        CustodyError: the key file can't be made.
    """
    if (folder / SETTINGS_FILE).exists():
        raise SettingsError("此文件夹中已有网关 / there is a gateway in this folder already")
    ring = create_gateway_ring(now, random)
    settings = GatewaySettings(
        gateway=founding.gateway,
        name_zh=founding.name_zh,
        name_en=founding.name_en,
        url=founding.url,
        database=founding.database or f"sqlite:///{folder.resolve() / DATABASE_FILE}",
        log_name=f"{founding.gateway}/audit",
        statements=(_own_statement(founding.gateway, ring, now),),
    )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    create_key_file(folder / KEY_FILE, ring, passphrase, cost, random)
    SigningMemory(folder / SIGNING_MEMORY_FILE).create()
    migrate_settings_database(settings)
    save_settings(folder, settings)
    return settings


def migrate_settings_database(settings: GatewaySettings) -> None:
    """Bring the database to the newest schema."""
    before = os.umask(0o077)  # the database file is the operator's alone
    try:
        engine = create_database_engine(settings.database)
        migrate_database(engine)
        engine.dispose()
    finally:
        os.umask(before)


def begin_log(gateway: Gateway) -> None:
    """Write the log's first leaf and publish the first registry."""
    started = Event(type=EventType.LOG_START, actor=Actor(org=gateway.id))
    gateway.journal.write(lambda connection: Draft(None, (started, publish_registry_in(connection, gateway)[1])))


def _own_statement(gateway: str, ring: KeyRing, now: datetime) -> str:
    key = SigningKey.from_secret(ring.current(KeyKind.SIGNING, now).secret)
    seconds = int(now.timestamp())
    statement = KeyStatement(
        agency=gateway,
        use=KeyUse.SIGNING,
        key_id=key.verification_key.key_id,
        public_key=encode_verification_key(key.verification_key),
        issued_at=seconds,
        active_from=seconds,
    )
    return state_key(key, statement)
