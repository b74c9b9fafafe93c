"""A requester's office with rosters of its own making, and who stands behind the simulated gateway."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import yaml

from connectors.context import Connector, open_connector
from connectors.enrolment import create_connector_folder
from connectors.gateway_client import GatewayClient
from connectors.requester.ask import Questioner
from connectors.requester.roster import RosterRow, read_roster
from connectors.settings import ConnectorSettings
from connectors.state.agreements import keep_agreement
from connectors.state.questions import Question
from connectors.state.roster_ref import MappingFile
from connectors.trust import TrustStore
from keys.crypto.signing import SigningKey, generate_signing_key
from keys.custody.key_file_format import KdfCost
from schemas.agreement import Agreement, AgreementState, Approval, Party
from schemas.check_digit import complete_citizen_id
from schemas.messages.match import SubjectKind
from schemas.messages.registry import GatewayPin
from schemas.purpose_catalogue import load_purposes
from tests.migrated_database import place_state
from tests.unit.connectors.requester.simulated_gateway import (
    GATEWAY,
    LOG_KEY,
    NOW,
    SECONDS,
    Held,
    SimulatedGateway,
    simulate,
)

PASSPHRASE = "an office's own passphrase"
COLUMNS = {
    "name": "姓名",
    "sex": "性别",
    "birth_date": "出生日期",
    "citizen_id": "公民身份号码",
    "hukou_region": "户籍地",
    "guardian_name": "监护人姓名",
    "guardian_phone": "监护人电话",
}
GUARDIAN_COLUMNS = {"name": "监护人姓名", "citizen_id": "监护人公民身份号码"}
OFFICE_BEFORE_PROVIDER = {"P04": "civil_affairs", "P10": "public_security"}
PROVIDERS = {"P04": "disabled_federation", "P10": "civil_affairs"}
NAMES = ("赵小树", "钱明月", "孙一帆", "李思远", "周子涵", "吴雨桐", "郑浩然", "王梓萱")


def citizen_id(number: int, born: str = "20150507") -> str:
    """Return a valid number of a region that was never issued."""
    return complete_citizen_id(f"990101{born}{number:03d}")


def child(number: int, *, has_id: bool = True, guardian: str = "赵大树", phone: str = "") -> dict[str, str]:
    """Return a row of a roster: the `number`-th child, born on its own day."""
    born = f"2015{1 + number % 12:02d}{1 + number % 28:02d}"
    return {
        "name": NAMES[number % len(NAMES)],
        "sex": "男" if number % 2 else "女",
        "birth_date": born,
        "citizen_id": citizen_id(number, born) if has_id else "",
        "hukou_region": "990101",
        "guardian_name": guardian,
        "guardian_phone": phone or f"139{number:08d}",
    }


def write_roster(
    folder: Path, rows: Sequence[dict[str, str]], name: str = "roster", columns: dict[str, str] = COLUMNS
) -> Path:
    """Write a roster and its mapping; returns the mapping's path. The first row has number 2."""
    lines = [",".join(columns.values()), *(",".join(row.get(field, "") for field in columns) for row in rows)]
    (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    mapping = {
        "data_set": "query_roster" if columns is COLUMNS else "guardian_roster",
        "source": {"kind": "csv", "path": f"{name}.csv", "encoding": "utf-8"},
        "columns": columns,
    }
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump(mapping, allow_unicode=True), encoding="utf-8")
    return path


@dataclass
class Office:
    """The requester's connector, its agreement, and the gateway that answers it."""

    folder: Path
    connector: Connector
    agreement: Agreement
    gateway: SimulatedGateway
    trust: TrustStore
    client: GatewayClient

    @property
    def questioner(self) -> Questioner:
        """What asks; made anew each time, as by a new process."""
        return Questioner(self.connector, self.client, self.trust)

    def question(self, mapping: Path, number: int = 0, **changes: object) -> Question:
        """Return a question about a roster."""
        question = Question(
            id=f"0b7a6f1e-4a52-4a7c-9f4e-0000000000{number:02d}",
            agreement=self.agreement.digest(),
            attributes=self.agreement.attributes,
            region="990101",
            case="TA-1",
            officer="officer-07",
            approver=None,
            roster=MappingFile(str(mapping)),
            roster_version=None,
            asked_at=SECONDS,
        )
        return replace(question, **changes)  # type: ignore[arg-type]

    def rows(self, rows: Sequence[dict[str, str]], subject: SubjectKind = SubjectKind.CHILD) -> tuple[RosterRow, ...]:
        """Return roster rows as the connector reads them."""
        columns = GUARDIAN_COLUMNS if subject is SubjectKind.GUARDIAN else COLUMNS
        mapping = write_roster(self.folder, rows, "other", columns)
        return read_roster(self.connector, mapping, ("990101",), NOW.date(), subject).rows

    def hold(self, *rows: dict[str, str]) -> None:
        """Let the provider hold these children; handle and answer follow from the place."""
        for row in self.rows(rows):
            number = len(self.gateway.held)
            values: dict[str, bool | str | None] = dict.fromkeys(self.agreement.attributes, f"20{26 + number}-01")
            values |= {name: bool(number % 2) for name in values if name in {"care_subsidy_eligible", "open_case"}}
            if "duty_office_contact" in values:
                values["duty_office_contact"] = f"0900-{2000000 + number}"
            self.gateway.held.append(Held(handle_of(number), row.keys, values))


def handle_of(number: int) -> str:
    """Return the handle of the provider's `number`-th record."""
    return "AAAAAAAAAAAAAAAAAAAA" + "ABCDEFGHIJKLMNOP"[number] + "A"


def agreement_between(
    purpose: str, requester_key: str, provider_key: str, max_batch: int, valid_days: int = 1
) -> Agreement:
    """Return the agreement of two offices for a purpose."""
    attributes = {"P04": ("care_subsidy_eligible", "cert_valid_until"), "P10": ("duty_office_contact", "open_case")}
    return Agreement(
        version=1,
        id="0b7a6f1e-4a52-4a7c-9f4e-0f0f0f0f0f0f",
        purpose=purpose,
        purpose_version=load_purposes()[purpose].version,
        requester=Party(agency=f"{OFFICE_BEFORE_PROVIDER[purpose]}.990101", signing_key=requester_key),
        provider=Party(agency=f"{PROVIDERS[purpose]}.990101", signing_key=provider_key),
        attributes=attributes[purpose],
        regions=("990101",),
        linkage_schema="G/1",
        valid_from=SECONDS - 60,
        valid_until=SECONDS + 86_400 * valid_days,
        case_number_required=False,
        approval=Approval.NONE,
        max_batch=max_batch,
        evaluations_per_day=10_000,
        releases_per_day=1_000,
        officer_evaluations_per_day=10_000,
        officer_releases_per_day=1_000,
        retention_days=90,
    )


@contextmanager
def opened_office(folder: Path, purpose: str = "P04", max_batch: int = 3, valid_days: int = 1) -> Iterator[Office]:
    """Set up an office in `folder` and connect it to a simulated gateway."""
    gateway_key, provider_key = (generate_signing_key(os.urandom) for _ in range(2))
    connector = _open_connector(folder, OFFICE_BEFORE_PROVIDER[purpose], gateway_key)
    own_key = connector.signing_key().verification_key.key_id
    agreement = agreement_between(purpose, own_key, provider_key.verification_key.key_id, max_batch, valid_days)
    keep_agreement(connector.state, agreement, (), AgreementState.ACTIVE)
    gateway = simulate(agreement, provider_key, gateway_key, connector)
    trust = TrustStore(connector.state, connector.gateway)
    trust.accept(gateway.registry(), NOW)
    with gateway.connected() as http:
        yield Office(folder, connector, agreement, gateway, trust, GatewayClient(connector, trust, http))
    connector.state.dispose()


def _open_connector(folder: Path, kind: str, gateway_key: SigningKey) -> Connector:
    settings = ConnectorSettings(
        agency=f"{kind}.990101",
        agency_type=kind,
        name_zh="童安县需求单位",
        name_en="The asking office",
        region="990101",
        endpoint="http://127.0.0.1:9",
        gateway=GatewayPin(
            url="http://127.0.0.1:9",
            gateway=GATEWAY,
            signing_key=gateway_key.verification_key.key_id,
            log_name="gateway.example/log",
            log_verifier_key=LOG_KEY,
        ),
        allow_test_regions=True,
        workers=1,
    )
    place_state(folder)
    create_connector_folder(folder, settings, PASSPHRASE, KdfCost(1, 8192), NOW, os.urandom)
    return replace(open_connector(folder, PASSPHRASE), now=_now)


def _now() -> datetime:
    return NOW.astimezone(UTC)
