"""The one place where the gateway meets the machine: clock, randomness, files, database."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from gateway.log.journal import Journal
from gateway.log.log_check import check_remembered
from gateway.log.signing_memory import SIGNING_MEMORY_FILE, SigningMemory
from gateway.log.tile_files import PUBLIC_FOLDER
from gateway.persistence.engine import create_database_engine, read_transaction
from gateway.services.context import Gateway
from gateway.services.members import MemberDirectory
from gateway.services.provider_client import ProviderClient
from gateway.settings import KEY_FILE, GatewaySettings, SettingsError, load_settings
from hosting.sign_on.sign_in import Provider
from keys.custody.key_store import KeyStore
from keys.protocol.envelopes import read_unverified
from keys.protocol.key_chain import MAX_STATEMENT_CHARACTERS, AgencyKeys, follow_chain
from schemas.key_statement import KeyStatement
from schemas.whole_catalogue import load_catalogue


@contextmanager
def open_gateway(folder: Path, passphrase: str) -> Iterator[Gateway]:
    """Open the gateway in `folder` for this process; call it after any fork.

    Raises:
        SettingsError, CustodyError, ProviderSettingsError, CatalogueError: what is missing or wrong.
        LogDamagedError: the log is not what was signed; nothing may run on it.
    """
    settings = load_settings(folder)
    load_catalogue()
    identity_provider = _identity_provider(folder, settings)
    engine = create_database_engine(settings.database)
    journal = Journal(engine, settings.log_name, utc_now, os.urandom)
    providers = ProviderClient(settings.provider_timeout_seconds, settings.provider_connections)
    memory = SigningMemory(folder / SIGNING_MEMORY_FILE)
    with read_transaction(engine) as connection:
        check_remembered(connection, settings.log_name, memory)
    journal.start()
    try:
        yield Gateway(
            settings=settings,
            keys=KeyStore(folder / KEY_FILE, passphrase, os.urandom),
            own_keys=own_keys(settings),
            engine=engine,
            signing_memory=memory,
            public_folder=folder / PUBLIC_FOLDER,
            journal=journal,
            members=MemberDirectory(engine),
            providers=providers,
            now=utc_now,
            random=os.urandom,
            identity_provider=identity_provider,
        )
    finally:
        if identity_provider is not None:
            identity_provider.client.close()
        journal.stop()
        providers.close()
        engine.dispose()


def _identity_provider(folder: Path, settings: GatewaySettings) -> Provider | None:
    if settings.identity_provider is None:
        return None
    return Provider.open(settings.identity_provider, folder, utc_now)


def own_keys(settings: GatewaySettings) -> AgencyKeys:
    """Return the gateway's own verification keys, from its statements; raises SettingsError."""
    first = read_unverified(KeyStatement, settings.statements[0], MAX_STATEMENT_CHARACTERS)
    keys = follow_chain(settings.gateway, first.key_id, settings.statements)
    if keys.rejections:
        raise SettingsError("设置有误：statements / a setting is wrong: statements")
    return keys


def utc_now() -> datetime:
    """Return the machine's time."""
    return datetime.now(UTC)
