"""The stage of the private OR: a gateway and seven connectors, each with its own keys, database and lists."""

import os
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from connectors.cli.session import Session
from connectors.context import open_connector, utc_now
from connectors.enrolment import create_connector_folder, enrolment_of, join_gateway
from connectors.gateway_client import GatewayClient
from connectors.private_or.advance import BoardWork
from connectors.private_or.requester import BoardOffice
from connectors.settings import ConnectorSettings
from connectors.trust import TrustStore
from demo.scenario.cast import COUNTY, PASSPHRASE
from demo.scenario.desks import agree
from demo.scenario.parents_cast import KEEPER, LEAD, OFFICES, OTHER_OFFICES, REQUESTER, RESOLVER, SEATS, Seat
from demo.scenario.parents_data import FAMILIES_MAPPING, GROUNDS_MAPPING
from demo.scenario.servers import free_port, serving
from demo.scenario.stage import Stage
from gateway.bootstrap import open_gateway
from gateway.services.enrol_member import enrol_member, gateway_pin, read_enrolment
from gateway.settings import load_settings, save_settings
from keys.custody.key_file_format import STANDARD_KDF_COST, KdfCost
from schemas.agency_kinds import AgencyKind
from schemas.agreement import Agreement
from schemas.messages.private_or import Board

PURPOSE = "P03"
LIST_SIZE = 64
"""So long every office's list is, however many persons stand in it."""


@dataclass
class ParentsStage:
    """Everything that runs, below one folder."""

    folder: Path
    today: date
    kdf_cost: KdfCost = STANDARD_KDF_COST
    ports: dict[AgencyKind, int] = field(default_factory=lambda: {seat.kind: free_port() for seat in (*SEATS, LEAD)})
    sessions: dict[AgencyKind, Session] = field(default_factory=dict)
    agreements: dict[AgencyKind, Agreement] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.stage = Stage(self.folder, self.today, self.kdf_cost, parts={})

    @property
    def data(self) -> Path:
        """The agencies' files."""
        return self.folder / "data"

    def connector_folder(self, seat: Seat) -> Path:
        """Return the folder of an agency's connector."""
        return self.folder / "connectors" / seat.kind.value

    def found(self) -> None:
        """Make the gateway and the connectors, enrol and join."""
        self.stage.found()
        settings = load_settings(self.stage.gateway_folder)
        save_settings(self.stage.gateway_folder, settings.model_copy(update={"lead_body": LEAD.agency}))
        with open_gateway(self.stage.gateway_folder, PASSPHRASE) as gateway:
            for seat in (*SEATS, LEAD):
                enrol_member(gateway, read_enrolment(self._create(seat)))
            pin = gateway_pin(gateway)
        for seat in (*SEATS, LEAD):
            join_gateway(self.connector_folder(seat), pin)

    def open(self, stack: ExitStack) -> None:
        """Start the gateway and those connectors that are asked something, and sit down at every desk."""
        stack.enter_context(self.stage.serving_gateway())
        for seat in (RESOLVER, KEEPER):
            stack.enter_context(self._serving(seat))
        for seat in (*SEATS, LEAD):
            self.sessions[seat.kind] = self._sit_down(seat)
            stack.callback(self.sessions[seat.kind].close)

    def agree(self) -> None:
        """Let civil affairs agree with each of the others, one by one; the lead body countersigns."""
        for seat in (KEEPER, *OFFICES):
            requester, provider = self.sessions[REQUESTER.kind], self.sessions[seat.kind]
            self.agreements[seat.kind] = agree(requester, provider, PURPOSE, (COUNTY,), lead=self.sessions[LEAD.kind])

    @property
    def office(self) -> BoardOffice:
        """What civil affairs does with boards."""
        session = self.sessions[REQUESTER.kind]
        return BoardOffice(session.connector, session.client, session.trust)

    def open_board(self, list_size: int = LIST_SIZE) -> Board:
        """Let civil affairs open a board, and the keeper state its share."""
        board = self.office.open(self.agreements[RESOLVER.kind], self.agreements[KEEPER.kind], list_size)
        self.advance(KEEPER)
        return board

    def advance(self, *seats: Seat) -> int:
        """Let agencies do what is due on their boards, one after the other; returns how many steps that were."""
        work = [BoardWork(one.connector, one.client, one.trust) for one in map(self._session, seats)]
        return sum(one.run() for one in work)

    def make_board(self, list_size: int = LIST_SIZE) -> Board:
        """Play one epoch: open, share, mark in turn, activate."""
        board = self.open_board(list_size)
        self.advance(RESOLVER, *OTHER_OFFICES)
        return self.office.activate(board.board)

    def _session(self, seat: Seat) -> Session:
        return self.sessions[seat.kind]

    def _create(self, seat: Seat) -> str:
        """Make an agency's connector and return its enrolment."""
        data = self.data / seat.kind.value
        settings = ConnectorSettings(
            agency=seat.agency,
            agency_type=seat.kind.value,
            name_zh=seat.name_zh,
            name_en=seat.name_en,
            region=seat.region,
            endpoint=f"http://127.0.0.1:{self.ports[seat.kind]}",
            parent_grounds_mapping=str(data / GROUNDS_MAPPING) if seat in OFFICES else None,
            family_register_mapping=str(data / FAMILIES_MAPPING) if seat == RESOLVER else None,
            allow_test_regions=True,
        )
        folder = self.connector_folder(seat)
        create_connector_folder(folder, settings, PASSPHRASE, self.kdf_cost, utc_now(), os.urandom)
        return enrolment_of(open_connector(folder, PASSPHRASE))

    def _serving(self, seat: Seat) -> AbstractContextManager[int]:
        port, folder = self.ports[seat.kind], self.connector_folder(seat)
        arguments = ["--folder", str(folder), "serve", "--port", str(port)]
        url = f"http://127.0.0.1:{port}/healthz"
        return serving("tongxin-connector", arguments, url, self.folder / f"{seat.kind.value}.log")

    def _sit_down(self, seat: Seat) -> Session:
        connector = open_connector(self.connector_folder(seat), PASSPHRASE)
        trust = TrustStore(connector.state, connector.gateway)
        client = GatewayClient(connector, trust)
        client.refresh_registry()
        return Session(connector, trust, client)
