"""An agency's desk: its connector with its sharing office, publisher and questioner, as its commands would use them."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from connectors.agreement_parties import find_lead
from connectors.agreements import Terms, draft_agreement, root_key_id
from connectors.cli.session import Session
from connectors.context import open_connector, utc_now
from connectors.enrolment import create_connector_folder, enrolment_of, join_gateway
from connectors.gateway_client import GatewayClient, QueryContext
from connectors.publisher.publish_index import IndexPublisher, Progress, PublishedIndex
from connectors.register import open_register
from connectors.settings import ConnectorSettings
from connectors.trust import TrustStore
from demo.province import Agency
from demo.scenario.cast import APPROVER, CASE, COUNTY, DUTY_OFFICE, OFFICER, PASSPHRASE, SIGNATORIES, Part
from keys.custody.key_file_format import KdfCost
from schemas.agency_kinds import AgencyKind
from schemas.agreement import MAX_BATCH_RECORDS, Agreement, Approval
from schemas.messages.registry import MAX_ENROLMENT_BYTES, GatewayPin
from schemas.purpose_catalogue import load_purposes


@dataclass(frozen=True)
class Desk:
    """One agency's folder and address, and its connector once it has joined."""

    part: Part
    folder: Path
    data_folder: Path
    port: int

    @property
    def endpoint(self) -> str:
        """Where the gateway reaches the connector."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def enrolment_file(self) -> Path:
        """What the gateway's administrator is handed."""
        return self.folder / "enrolment.jws"

    def set_up(self, cost: KdfCost) -> None:
        """Make the connector, its key file at this cost, and write its enrolment."""
        settings = ConnectorSettings(
            agency=self.part.agency,
            agency_type=self.part.kind.value,
            name_zh=self.part.name_zh,
            name_en=self.part.name_en,
            region=self.part.region,
            endpoint=self.endpoint,
            register_mapping=str((self.data_folder / "mapping.yaml").resolve()),
            allow_test_regions=True,
            duty_offices={self.part.region: DUTY_OFFICE},
        )
        create_connector_folder(self.folder, settings, PASSPHRASE, cost, utc_now(), os.urandom)
        enrolment = enrolment_of(open_connector(self.folder, PASSPHRASE))
        self.enrolment_file.write_text(enrolment + "\n", encoding="ascii")

    def join(self, pin_file: Path) -> None:
        """Join the gateway whose administrator handed back `pin_file`."""
        join_gateway(self.folder, GatewayPin.from_bytes(pin_file.read_bytes().strip(), MAX_ENROLMENT_BYTES))

    def sit_down(self) -> Session:
        """Open the connector and fetch the registry."""
        connector = open_connector(self.folder, PASSPHRASE)
        trust = TrustStore(connector.state, connector.gateway)
        client = GatewayClient(connector, trust)
        client.refresh_registry()
        return Session(connector, trust, client)


def make_desks(
    parts: Mapping[Agency, Part], folder: Path, province: Path, ports: Mapping[Agency, int]
) -> dict[Agency, Desk]:
    """Return the desks of those who take part."""
    return {kind: Desk(part, folder / kind.value, province / kind.value, ports[kind]) for kind, part in parts.items()}


def agree(
    requester: Session,
    provider: Session,
    purpose_id: str,
    regions: tuple[str, ...],
    *,
    valid_seconds: int = 365 * 86_400,
    evaluations_per_day: int | None = None,
    attributes: tuple[str, ...] = (),
    lead: Session | None = None,
) -> Agreement:
    """Draft, propose and sign an agreement, and have a lead body countersign it; returns it active."""
    purpose = load_purposes()[purpose_id]
    kind = AgencyKind(provider.connector.settings.agency_type)
    now = requester.connector.seconds()
    terms = Terms(
        provider=provider.connector.agency,
        provider_key=root_key_id(provider.connector),
        attributes=attributes or tuple(output.attribute for output in purpose.outputs_of(kind)),
        regions=regions,
        valid_from=now - 60,
        valid_until=now + valid_seconds,
        max_batch=min(purpose.max_batch, MAX_BATCH_RECORDS),
        evaluations_per_day=evaluations_per_day or purpose.rate_limits.evaluations_per_day,
        releases_per_day=purpose.rate_limits.releases_per_day,
        officer_evaluations_per_day=min(
            evaluations_per_day or purpose.rate_limits.evaluations_per_day,
            purpose.rate_limits.officer_evaluations_per_day,
        ),
        officer_releases_per_day=purpose.rate_limits.officer_releases_per_day,
        retention_days=purpose.retention_days,
        approval=Approval.SECOND_PERSON if purpose.approvals.emergency is None else Approval.NONE,
        lead=find_lead(requester.trust.registry(requester.connector.now())),
    )
    agreement = draft_agreement(requester.connector, purpose, terms)
    requester.office.propose(agreement, SIGNATORIES)
    provider.office.sign(agreement.digest(), SIGNATORIES)
    if lead is not None:
        lead.office.sync()
        lead.office.countersign(agreement.digest(), SIGNATORIES)
        provider.office.sync()
    requester.office.sync()
    return agreement


def publish(provider: Session, agreement: Agreement, progress: Progress) -> PublishedIndex:
    """Publish the agreement's index."""
    publisher = IndexPublisher(provider.connector, provider.client, open_register(provider.connector))
    return publisher.publish(agreement.digest(), progress)


def query_under(agreement: Agreement, *, region: str = COUNTY, case: str | None = CASE) -> QueryContext:
    """Return who asks: the officer with the section head's approval."""
    return QueryContext(agreement, region, OFFICER, case, APPROVER)
