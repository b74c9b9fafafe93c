"""Three offices' connectors and a gateway over real HTTP, with one clock that the test moves.

Civil affairs asks the disabled persons' federation for P04, and a lead body countersigns.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from flask import Flask

from connectors.agreement_parties import find_lead
from connectors.agreements import Terms, draft_agreement, root_key_id
from connectors.api.provider_api import ProviderService, create_provider_app
from connectors.cli.session import Session
from connectors.context import open_connector
from connectors.enrolment import create_connector_folder, enrolment_of, join_gateway
from connectors.gateway_client import GatewayClient
from connectors.register import open_register
from connectors.settings import ConnectorSettings
from connectors.trust import TrustStore
from gateway.api.app import create_app
from gateway.persistence.audit_tables import audit_leaf
from gateway.persistence.engine import read_transaction
from gateway.services.context import Gateway
from gateway.services.enrol_member import enrol_member, gateway_pin, read_enrolment
from gateway.services.registry import renew_registry
from schemas.agreement import Agreement, AgreementState, Approval
from schemas.purpose_catalogue import load_purposes
from tests.migrated_database import place_state
from tests.scenario.gateway_simulator import CHEAP, PASSPHRASE, SIGNATORIES, Clock, opened_gateway, serving

ASKER, HOLDER, LEAD = "civil_affairs.990101", "disabled_federation.990101", "lead_body.990100"
DAY = 86_400

_MAPPING = """data_set: disability_register
source: {kind: csv, path: register.csv, encoding: utf-8}
columns: {name: 姓名, citizen_id: 身份证号, cert_no: 残疾人证号}
"""


@dataclass
class World:
    """The gateway and the three offices' sessions; `endpoint` is where the holder's connector answers."""

    gateway: Gateway
    clock: Clock
    asker: Session
    holder: Session
    lead: Session
    endpoint: str

    def draft(self, replaces: Agreement | None = None, **changes: object) -> Agreement:
        """Return an unsigned agreement, or a further version of one."""
        connector, purpose = self.asker.connector, load_purposes()["P04"]
        now = connector.seconds()
        terms = {
            "provider": HOLDER,
            "provider_key": root_key_id(self.holder.connector),
            "attributes": ("care_subsidy_eligible", "cert_valid_until"),
            "regions": ("990101",),
            "valid_from": now - 60,
            "valid_until": now + 365 * DAY,
            "max_batch": 10,
            "evaluations_per_day": 1_000,
            "releases_per_day": 100,
            "officer_evaluations_per_day": 1_000,
            "officer_releases_per_day": 100,
            "retention_days": 90,
            "approval": Approval.SECOND_PERSON,
            "lead": find_lead(self.asker.trust.registry(connector.now())),
            "replaces": replaces,
            **changes,
        }
        return draft_agreement(connector, purpose, Terms(**terms))  # type: ignore[arg-type]

    def propose(self, replaces: Agreement | None = None, **changes: object) -> Agreement:
        """Have the requester sign and propose a draft."""
        drafted = self.draft(replaces, **changes)
        self.asker.office.propose(drafted, SIGNATORIES)
        return drafted

    def conclude(self, replaces: Agreement | None = None, **changes: object) -> Agreement:
        """Have all three sign an agreement, and both parties fetch it."""
        agreement = self.propose(replaces, **changes)
        self.holder.office.sign(agreement.digest(), SIGNATORIES)
        self.lead.office.countersign(agreement.digest(), SIGNATORIES)
        for session in (self.asker, self.holder):
            session.office.sync()
        return agreement

    def state_of(self, agreement: Agreement) -> AgreementState:
        """Return where an agreement stands, once all three have fetched it and say the same."""
        digest = agreement.digest()
        told = [session.office.sync()[digest] for session in (self.asker, self.holder, self.lead)]
        assert len({copy.standing.state for copy in told}) == 1
        assert len({copy.history for copy in told}) == 1
        return told[0].standing.state

    def pass_time(self, **of: float) -> None:
        """Let time pass, and everybody fetch the registry anew."""
        self.clock.ahead += timedelta(**of)
        renew_registry(self.gateway)
        for session in (self.asker, self.holder, self.lead):
            session.client.refresh_registry()

    def log_entries(self) -> list[tuple[str, str | None]]:
        """Return the type and the reason of all entries of the log."""
        with read_transaction(self.gateway.engine) as connection:
            query = audit_leaf.select().order_by(audit_leaf.c.shard, audit_leaf.c.idx)
            return [(row.type, row.reason) for row in connection.execute(query)]


def _found(folder: Path, agency: str, endpoint: str, clock: Clock) -> None:
    kind, _, region = agency.partition(".")
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "register.csv").write_text("姓名,身份证号,残疾人证号\n", encoding="utf-8")
    (folder / "data" / "mapping.yaml").write_text(_MAPPING, encoding="utf-8")
    settings = ConnectorSettings(
        agency=agency,
        agency_type=kind,
        name_zh="童安县某单位",
        name_en="An office of Tong'an",
        region=region,
        endpoint=endpoint,
        register_mapping=str(folder / "data" / "mapping.yaml"),
        allow_test_regions=True,
        workers=1,
    )
    place_state(folder)
    create_connector_folder(folder, settings, PASSPHRASE, CHEAP, clock.now(), os.urandom)


def _sit_down(folder: Path, clock: Clock) -> Session:
    connector = replace(open_connector(folder, PASSPHRASE), now=clock.now)
    trust = TrustStore(connector.state, connector.gateway)
    client = GatewayClient(connector, trust)
    client.refresh_registry()
    return Session(connector, trust, client)


@contextmanager
def agreement_world(folder: Path, lead_body: str | None = LEAD) -> Iterator[World]:
    """Give the world; `lead_body` is the gateway's setting."""
    clock, late = Clock(), Flask("late", static_folder=None)
    with ExitStack() as stack:
        gateway = stack.enter_context(opened_gateway(folder / "gateway", clock))
        settings = gateway.settings.model_copy(update={"unwitnessed_hours": 168, "lead_body": lead_body})
        gateway = replace(gateway, settings=settings)
        url = stack.enter_context(serving(create_app(gateway)))
        endpoint = stack.enter_context(serving(late))
        folders = {agency: folder / agency for agency in (ASKER, HOLDER, LEAD)}
        for agency, place in folders.items():
            _found(place, agency, endpoint if agency == HOLDER else "http://127.0.0.1:9", clock)
            connector = replace(open_connector(place, PASSPHRASE), now=clock.now)
            enrol_member(gateway, read_enrolment(enrolment_of(connector)))
        for place in folders.values():
            join_gateway(place, gateway_pin(gateway).model_copy(update={"url": url}))
        sessions = [_sit_down(place, clock) for place in folders.values()]
        for session in sessions:
            stack.callback(session.close)
        asker, holder, lead = sessions
        service = ProviderService(holder.connector, holder.trust, open_register(holder.connector))
        late.wsgi_app = create_provider_app(service).wsgi_app  # type: ignore[method-assign]
        yield World(gateway, clock, asker, holder, lead, endpoint)
