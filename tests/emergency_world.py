"""Two agencies' connectors and a gateway over real HTTP, with one clock that the test moves: police ask civil affairs.

The police office lies in another county: emergencies may cross borders.
"""

import os
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import yaml
from flask import Flask
from sqlalchemy import select

from connectors.agreements import Terms, draft_agreement, root_key_id
from connectors.api.provider_api import ProviderService, create_provider_app
from connectors.cli.session import Session
from connectors.console.context import Console
from connectors.context import open_connector
from connectors.emergency.calls import find_claim, questions_of
from connectors.emergency.make_call import Typed, make_call
from connectors.emergency.notices import admission_of
from connectors.enrolment import create_connector_folder, enrolment_of, join_gateway
from connectors.gateway_client import GatewayClient, Prepared, QueryContext
from connectors.own_log.check_entries import OwnLogCheck
from connectors.own_log.summary import summarise
from connectors.publisher.publish_index import IndexPublisher
from connectors.register import open_register
from connectors.requester.open_question import vault_of
from connectors.settings import ConnectorSettings
from connectors.state.charges import BudgetKind, charge
from connectors.state.questions import RowResult
from connectors.trust import TrustStore
from gateway.api.app import create_app
from gateway.persistence.audit_tables import audit_disclosure, audit_leaf
from gateway.persistence.engine import read_transaction
from gateway.services.context import Gateway
from gateway.services.enrol_member import enrol_member, gateway_pin, read_enrolment
from gateway.services.registry import renew_registry
from gateway.services.sign_log import sign_log
from keys.crypto.ciphersuite import random_scalar
from keys.crypto.ristretto255 import multiply_base
from schemas.agreement import Agreement, AgreementState, Approval
from schemas.base64url import decode_base64url, encode_base64url
from schemas.check_digit import complete_citizen_id
from schemas.emergency import EmergencyClaim, EmergencyReason
from schemas.envelope import MessageType
from schemas.messages.evaluate import MAX_EVALUATE_BYTES, EvaluateAnswer, EvaluateRequest
from schemas.messages.match import (
    MAX_MATCH_PART_ANSWER_BYTES,
    MatchPart,
    MatchPartAnswer,
    MatchRecord,
    SubjectKind,
    pack_asked,
)
from schemas.policy import Standing
from schemas.purpose_catalogue import load_purposes
from tests.migrated_database import place_state
from tests.scenario.gateway_simulator import CHEAP, PASSPHRASE, SIGNATORIES, Clock, opened_gateway, serving

ASKER, HOLDER = "public_security.990201", "civil_affairs.990101"
OFFICER, REVIEWER = "duty-07", "head-02"
COUNTY = "990101"
DUTY_OFFICE = "0900-5551201"
FREE, PROTECTED, UNTOLD = range(1, 4)
"""Children of the register: one whose address is not protected, one whose is, one of whom that is not known."""

_COLUMNS = {
    "name": "儿童姓名",
    "birth_date": "出生日期",
    "citizen_id": "身份证号",
    "hukou_region": "户籍地代码",
    "category": "儿童类别",
    "case_status": "档案状态",
    "caregiver_relation": "照护人关系",
    "address_protected": "住址保密",
}
_NAMES = {FREE: "赵小树", PROTECTED: "钱小河", UNTOLD: "孙小山"}
_PROTECTION = {FREE: "否", PROTECTED: "是", UNTOLD: ""}


def number_of(child: int) -> str:
    """Return a child's valid ID number, of a region code that was never issued."""
    return complete_citizen_id(f"{COUNTY}20150507{child:03d}")


def typed(child: int = FREE, reason: EmergencyReason = EmergencyReason.FOUND_ALONE, note: str = "") -> Typed:
    """Return what the officer types about a child."""
    return Typed({"name": _NAMES.get(child, "李小舟"), "citizen_id": number_of(child)}, reason, note)


@dataclass
class World:
    """The gateway, the two agencies' sessions, and the agreement on emergencies between them."""

    gateway: Gateway
    clock: Clock
    asker: Session
    holder: Session
    agreement: Agreement

    @property
    def console(self) -> Console:
        """What the asking agency's services stand on."""
        return Console(self.asker.connector, self.asker.trust, self.asker.client)

    @property
    def provider(self) -> Console:
        """What the asked agency's services stand on."""
        return Console(self.holder.connector, self.holder.trust, self.holder.client)

    def call(self, child: int = FREE, officer: str = OFFICER) -> str:
        """Make an emergency call about a child; returns its id."""
        return make_call(self.console, officer, typed(child))

    def failures(self, call: str) -> list[str | None]:
        """Return why each question of a call broke off."""
        return [one.failure for one in questions_of(self.asker.connector, call)]

    def results(self, call: str) -> list[RowResult]:
        """Return what came of a call."""
        vault = vault_of(self.asker.connector)
        return [result for one in questions_of(self.asker.connector, call) for result in vault.results(one.question)]

    def pass_time(self, **of: float) -> None:
        """Let time pass, and everybody fetch the registry anew."""
        self.clock.ahead += timedelta(**of)
        renew_registry(self.gateway)
        for session in (self.asker, self.holder):
            session.client.refresh_registry()

    def claim_of(self, call: str) -> EmergencyClaim:
        """Return what the envelopes of a call state."""
        claim = find_claim(self.asker.connector, questions_of(self.asker.connector, call)[0].question)
        assert claim is not None
        return claim

    def new_claim(self) -> EmergencyClaim:
        """Return what the envelopes of another call would state."""
        return EmergencyClaim(call=str(uuid.uuid4()), reason=EmergencyReason.FOUND_ALONE)

    def prepared(self, officer: str, claim: EmergencyClaim | None, elements: int = 1) -> Prepared:
        """Return a request to evaluate elements, made past the officer's own connector."""
        blinded = b"".join(multiply_base(random_scalar(os.urandom)) for _ in range(elements))
        message = EvaluateRequest(epoch=1, blinded=encode_base64url(blinded))
        return self.asker.client.prepare(MessageType.EVALUATE, message, self._query(officer, claim))

    def send(self, prepared: Prepared) -> None:
        """Send it; raises ProblemError."""
        self.asker.client.send(prepared, EvaluateAnswer, MAX_EVALUATE_BYTES, self.agreement)

    def ask_gateway(self, officer: str, claim: EmergencyClaim | None = None, elements: int = 1) -> None:
        """Have elements evaluated past the officer's own connector; raises ProblemError."""
        self.send(self.prepared(officer, claim or self.new_claim(), elements))

    def send_part(self, officer: str, claim: EmergencyClaim, run: str, row: int = 0) -> None:
        """Send a part of a run past the officer's own connector; raises ProblemError."""
        records = (MatchRecord(row=row, county=COUNTY),)
        message = MatchPart(
            run=run, epoch=1, subject=SubjectKind.CHILD, number=0, records=records, entries=pack_asked(())
        )
        query = self._query(officer, claim)
        limit = MAX_MATCH_PART_ANSWER_BYTES
        self.asker.client.ask(MessageType.MATCH_PART, message, MatchPartAnswer, limit, query)

    def ask_provider(self, officer: str, claim: EmergencyClaim | None = None, elements: int = 1) -> None:
        """Have the provider admit and charge a request that its gateway let through; raises ProblemError."""
        prepared = self.prepared(officer, claim or self.new_claim())
        connector, claims = self.holder.connector, prepared.claims
        admit = admission_of(connector, claims, evaluations=elements)
        day, seconds = connector.today(), connector.seconds()
        standing = Standing(self.agreement, self.agreement.digest(), AgreementState.ACTIVE)
        charge(connector.state, claims, standing, BudgetKind.EVALUATIONS, elements, day, seconds, admit)

    def _query(self, officer: str, claim: EmergencyClaim | None) -> QueryContext:
        return QueryContext(self.agreement, COUNTY, officer, emergency=claim)

    @contextmanager
    def unplugged(self) -> Iterator[None]:
        """Let the asking agency reach no gateway."""
        pin = self.asker.connector.gateway
        settings = self.asker.connector.settings
        lost = settings.model_copy(update={"gateway": pin.model_copy(update={"url": "http://127.0.0.1:9"})})
        object.__setattr__(self.asker.connector, "settings", lost)
        yield
        object.__setattr__(self.asker.connector, "settings", settings)

    def faults_of_log(self) -> list[int]:
        """Have both agencies compare new entries with what they remember; return how many faults each knows."""
        sign_log(self.gateway)
        for session in (self.asker, self.holder):
            OwnLogCheck(session.connector, session.client).run()
        return [summarise(session.connector.state).evidence for session in (self.asker, self.holder)]

    def log_types(self) -> list[str]:
        """Return the types of all entries of the log."""
        with read_transaction(self.gateway.engine) as connection:
            return list(connection.scalars(select(audit_leaf.c.type)))

    def told_of(self, call: str) -> list[str]:
        """Return the types of the entries that bear a call's id."""
        with read_transaction(self.gateway.engine) as connection:
            query = select(audit_leaf.c.type, audit_leaf.c.entry)
            return [row.type for row in connection.execute(query) if call.encode() in row.entry]

    def log_text(self) -> str:
        """Return all entries as they stand in the log."""
        with read_transaction(self.gateway.engine) as connection:
            return "\n".join(entry.decode() for entry in connection.scalars(select(audit_leaf.c.entry)))

    def disclosed_text(self) -> str:
        """Return all personal fields that are kept beside the log."""
        with read_transaction(self.gateway.engine) as connection:
            texts = connection.scalars(select(audit_disclosure.c.disclosure))
            return "\n".join(decode_base64url(text).decode() for text in texts)


def _write_register(folder: Path) -> None:
    folder.mkdir(parents=True)
    rows = [",".join(_COLUMNS.values())]
    for child, name in _NAMES.items():
        cells = [name, "2015-05-07", number_of(child), COUNTY, "低保", "在册", "祖母", _PROTECTION[child]]
        rows.append(",".join(cells))
    (folder / "register.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    mapping = {
        "data_set": "children_register",
        "source": {"kind": "csv", "path": "register.csv", "encoding": "utf-8"},
        "columns": _COLUMNS,
    }
    (folder / "mapping.yaml").write_text(yaml.safe_dump(mapping, allow_unicode=True), encoding="utf-8")


def _found(folder: Path, agency: str, endpoint: str, clock: Clock) -> None:
    kind, _, region = agency.partition(".")
    settings = ConnectorSettings(
        agency=agency,
        agency_type=kind,
        name_zh="童安县公安局" if kind == "public_security" else "童安县民政局",
        name_en="Tong'an office",
        region=region,
        endpoint=endpoint,
        register_mapping=str(folder / "data" / "mapping.yaml"),
        allow_test_regions=True,
        duty_offices={region: DUTY_OFFICE},
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


def conclude(asker: Session, holder: Session, **changes: int) -> Agreement:
    """Have both agencies sign an agreement on emergencies, and the index published."""
    purpose = load_purposes()["P16"]
    now, limits = asker.connector.seconds(), purpose.rate_limits
    terms = {
        "valid_from": now - 60,
        "valid_until": now + 365 * 86_400,
        "max_batch": 1,
        "evaluations_per_day": limits.evaluations_per_day,
        "releases_per_day": limits.releases_per_day,
        "officer_evaluations_per_day": limits.officer_evaluations_per_day,
        "officer_releases_per_day": limits.officer_releases_per_day,
        "retention_days": purpose.retention_days,
        **changes,
    }
    agreement = draft_agreement(
        asker.connector,
        purpose,
        Terms(
            provider=HOLDER,
            provider_key=root_key_id(holder.connector),
            attributes=("address_protected", "caregiver_relation", "duty_office_contact", "open_case"),
            regions=(COUNTY,),
            approval=Approval.NONE,
            **terms,
        ),
    )
    asker.office.propose(agreement, SIGNATORIES)
    holder.office.sign(agreement.digest(), SIGNATORIES)
    asker.office.sync()
    IndexPublisher(holder.connector, holder.client, open_register(holder.connector)).publish(agreement.digest(), _quiet)
    return agreement


def _quiet(*_: object) -> None:
    """Take progress that nobody watches."""


@contextmanager
def emergency_world(folder: Path, **changes: int) -> Iterator[World]:
    """Give the world, its agreement with other terms where `changes` says so."""
    clock = Clock()
    late = Flask("late", static_folder=None)
    with ExitStack() as stack:
        gateway = stack.enter_context(opened_gateway(folder / "gateway", clock))
        # No witness takes part, and months pass.
        unwitnessed = gateway.settings.model_copy(update={"unwitnessed_hours": 24 * 365})
        gateway = replace(gateway, settings=unwitnessed)
        url = stack.enter_context(serving(create_app(gateway)))
        endpoint = stack.enter_context(serving(late))
        folders = {agency: folder / agency for agency in (ASKER, HOLDER)}
        for agency, place in folders.items():
            _found(place, agency, endpoint if agency == HOLDER else "http://127.0.0.1:9", clock)
            connector = replace(open_connector(place, PASSPHRASE), now=clock.now)
            enrol_member(gateway, read_enrolment(enrolment_of(connector)))
        _write_register(folders[HOLDER] / "data")
        for place in folders.values():
            join_gateway(place, gateway_pin(gateway).model_copy(update={"url": url}))
        asker, holder = (_sit_down(place, clock) for place in folders.values())
        stack.callback(asker.close)
        stack.callback(holder.close)
        service = ProviderService(holder.connector, holder.trust, open_register(holder.connector))
        late.wsgi_app = create_provider_app(service).wsgi_app  # type: ignore[method-assign]
        yield World(gateway, clock, asker, holder, conclude(asker, holder, **changes))
