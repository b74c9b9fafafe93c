"""Setting up a connector: its folder, keys and settings, the enrolment for the gateway, and joining it."""

from datetime import datetime
from pathlib import Path

from connectors.context import Connector
from connectors.key_statements import first_statements
from connectors.settings import KEY_FILE, SETTINGS_FILE, ConnectorSettings, SettingsError, load_settings, save_settings
from keys.custody.key_file import create_key_file
from keys.custody.key_file_format import KdfCost
from keys.custody.new_keys import create_connector_ring
from keys.protocol.envelopes import sign_message
from schemas.messages.registry import ENROLMENT_TOKEN_TYPE, Enrolment, GatewayPin, Member
from schemas.randomness import RandomSource


def create_connector_folder(
    folder: Path, settings: ConnectorSettings, passphrase: str, cost: KdfCost, now: datetime, random: RandomSource
) -> None:
    """Make a new connector: encrypted keys first, settings last, so that an interrupted start is begun again.

    Raises:
        SettingsError: there is a connector in the folder already.
        CustodyError: the key file can't be made.
    """
    if (folder / SETTINGS_FILE).exists():
        raise SettingsError("此文件夹中已有连接器 / there is a connector in this folder already")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    ring = create_connector_ring(now, random)
    create_key_file(folder / KEY_FILE, ring, passphrase, cost, random)
    save_settings(folder, settings)


def enrolment_of(connector: Connector) -> str:
    """Return the enrolment (JWS) to hand to the gateway's administrator, signed by the first signing key."""
    settings = connector.settings
    member = Member(
        agency=settings.agency,
        agency_type=settings.agency_type,
        name_zh=settings.name_zh,
        name_en=settings.name_en,
        region=settings.region,
        endpoint=settings.endpoint,
        statements=first_statements(connector),
    )
    enrolment = Enrolment(member=member, issued_at=connector.seconds())
    return sign_message(connector.signing_key(), ENROLMENT_TOKEN_TYPE, enrolment)


def join_gateway(folder: Path, pin: GatewayPin) -> ConnectorSettings:
    """Write the gateway's address and pinned keys, as its administrator gave them, into the settings."""
    settings = load_settings(folder).model_copy(update={"gateway": pin})
    save_settings(folder, settings)
    return settings
