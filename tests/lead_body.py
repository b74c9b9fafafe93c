"""A lead body at the scene: it asks for statistics and serves nothing itself."""

import os
from pathlib import Path

from connectors.cli.session import Session
from connectors.context import open_connector, utc_now
from connectors.enrolment import create_connector_folder, enrolment_of, join_gateway
from connectors.gateway_client import GatewayClient
from connectors.settings import ConnectorSettings
from connectors.trust import TrustStore
from demo.scenario.cast import PASSPHRASE
from demo.scenario.stage import PIN_FILE
from gateway.bootstrap import open_gateway
from gateway.services.enrol_member import enrol_member, read_enrolment
from schemas.messages.registry import MAX_ENROLMENT_BYTES, GatewayPin
from tests.scene import QUICK_KDF_COST, Scene


def seat_lead_body(scene: Scene, folder: Path, region: str) -> Session:
    """Enrol a lead body of `region` and sit down at its desk; whoever calls closes the session."""
    settings = ConnectorSettings(
        agency=f"lead_body.{region:0<6}",
        agency_type="lead_body",
        name_zh="童心省未成年人保护工作领导小组办公室",
        name_en="Office of the Leading Group on the Protection of Minors",
        region=region,
        endpoint="http://127.0.0.1:9",
        allow_test_regions=True,
    )
    create_connector_folder(folder, settings, PASSPHRASE, QUICK_KDF_COST, utc_now(), os.urandom)
    with open_gateway(scene.stage.gateway_folder, PASSPHRASE) as gateway:
        enrol_member(gateway, read_enrolment(enrolment_of(open_connector(folder, PASSPHRASE))))
    pin = (scene.stage.gateway_folder / PIN_FILE).read_bytes().strip()
    join_gateway(folder, GatewayPin.from_bytes(pin, MAX_ENROLMENT_BYTES))
    connector = open_connector(folder, PASSPHRASE)
    trust = TrustStore(connector.state, connector.gateway)
    session = Session(connector, trust, GatewayClient(connector, trust))
    for other in (session, *scene.stage.sessions.values()):
        other.client.refresh_registry()
    return session
