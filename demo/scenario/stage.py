"""The stage: a synthetic province on disk, a gateway and connectors as real processes, and their open sessions."""

import os
from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from connectors.cli.session import Session
from connectors.identifiers import new_uuid
from connectors.requester.ask import Questioner
from connectors.requester.open_question import Progress
from connectors.state.questions import Question, RowResult
from connectors.state.roster_ref import MappingFile
from demo.province import Agency
from demo.scenario.cast import APPROVER, CASE, COUNTY, GATEWAY_ID, OFFICER, PARTS, PASSPHRASE, Part, Plan
from demo.scenario.desks import Desk, make_desks
from demo.scenario.rosters import write_roster_mapping
from demo.scenario.servers import free_port, run_command, serving
from gateway.bootstrap import open_gateway, utc_now
from gateway.services.enrol_member import enrol_member, gateway_pin, read_enrolment
from gateway.services.found_gateway import Founding, begin_log, create_gateway_folder
from keys.custody.key_file_format import STANDARD_KDF_COST, KdfCost
from schemas.agreement import Agreement

PIN_FILE = "gateway-pin.json"
GATEWAY_NAME_ZH = "童心省未成年人保护数据交换网关"
GATEWAY_NAME_EN = "Tongxin Province Child Protection Gateway"


@dataclass
class Stage:
    """Everything that runs, below one folder."""

    folder: Path
    today: date
    kdf_cost: KdfCost = STANDARD_KDF_COST
    parts: Mapping[Agency, Part] = field(default_factory=lambda: PARTS)
    ports: dict[Agency, int] = field(default_factory=lambda: {kind: free_port() for kind in Agency})
    gateway_port: int = field(default_factory=free_port)
    sessions: dict[Agency, Session] = field(default_factory=dict)
    database: str | None = None

    @property
    def gateway_url(self) -> str:
        """Where the gateway answers."""
        return f"http://127.0.0.1:{self.gateway_port}"

    @property
    def gateway_folder(self) -> Path:
        """The gateway's folder."""
        return self.folder / "gateway"

    @property
    def province(self) -> Path:
        """The agencies' data."""
        return self.folder / "province"

    @property
    def desks(self) -> dict[Agency, Desk]:
        """The agencies' desks."""
        return make_desks(self.parts, self.folder / "connectors", self.province, self.ports)

    def found(self) -> None:
        """Make the gateway and the connectors, enrol and join, as their administrators would by command."""
        founding = Founding(GATEWAY_ID, GATEWAY_NAME_ZH, GATEWAY_NAME_EN, self.gateway_url, self.database)
        create_gateway_folder(self.gateway_folder, founding, PASSPHRASE, self.kdf_cost, utc_now(), os.urandom)
        desks = self.desks.values()
        with open_gateway(self.gateway_folder, PASSPHRASE) as gateway:
            begin_log(gateway)
            for desk in desks:
                desk.set_up(self.kdf_cost)
                enrol_member(gateway, read_enrolment(desk.enrolment_file.read_text("ascii").strip()))
            pin = self.gateway_folder / PIN_FILE
            pin.write_bytes(gateway_pin(gateway).to_bytes() + b"\n")
        for desk in desks:
            desk.join(pin)

    def have_witnessed(self) -> None:
        """Make the agencies the witnesses of the log, as the gateway's administrator would."""
        run_command("tongxin-gateway", "--folder", str(self.gateway_folder), "witness", "policy")

    def open(self, stack: ExitStack) -> None:
        """Start all servers, which run until `stack` is closed, and sit down at every desk."""
        stack.enter_context(self.serving_gateway())
        for kind, desk in self.desks.items():
            stack.enter_context(self.serving_connector(kind))
            self.sessions[kind] = desk.sit_down()
            stack.callback(self.sessions[kind].close)

    def serving_gateway(self, *options: str) -> AbstractContextManager[int]:
        """Return the context in which the gateway serves; yields its process id."""
        arguments = ["--folder", str(self.gateway_folder), "serve", "--port", str(self.gateway_port), *options]
        return serving("tongxin-gateway", arguments, f"{self.gateway_url}/healthz", self.folder / "gateway.log")

    def serving_connector(self, kind: Agency) -> AbstractContextManager[int]:
        """Return the context in which a connector serves; yields its process id."""
        desk = self.desks[kind]
        arguments = ["--folder", str(desk.folder), "serve", "--port", str(desk.port)]
        return serving("tongxin-connector", arguments, f"{desk.endpoint}/healthz", self.folder / f"{kind.value}.log")

    def ask(self, plan: Plan, agreement: Agreement, progress: Progress) -> list[RowResult]:
        """Ask the plan's question about the plan's roster and return the results."""
        session = self.sessions[plan.requester]
        question = Question(
            id=new_uuid(session.connector.random),
            agreement=agreement.digest(),
            attributes=agreement.attributes,
            subject=plan.subject,
            region=COUNTY,
            case=CASE,
            officer=OFFICER,
            approver=APPROVER,
            roster=MappingFile(str(write_roster_mapping(self.province, plan.roster))),
            roster_version=None,
            asked_at=session.connector.seconds(),
        )
        return Questioner(session.connector, session.client, session.trust).ask(question, progress)
