"""The life of one agreement, from proposal to receipt and review, and of a referral beside it, recorded on the wire."""

import os
from dataclasses import dataclass, replace
from typing import Final

import httpx

from connectors.cli.session import Session
from connectors.gateway_client import PATHS, Prepared
from connectors.identifiers import new_uuid
from connectors.items.papers import Child
from connectors.own_log.check_entries import OwnLogCheck
from connectors.statistics.ask import ask_statistics
from demo.province import Agency
from demo.scenario.cast import SIGNATORIES
from demo.scenario.desks import agree, publish, query_under
from demo.scenario.refusals import prepare_probe
from gateway.settings import load_settings
from hosting.certificates import trusted_authorities
from keys.protocol.envelopes import read_unverified
from schemas.agency_kinds import AgencyKind
from schemas.agreement import Agreement
from schemas.envelope import ENVELOPE_HEADER, EnvelopeClaims, MessageType
from schemas.formats import MAX_ENVELOPE_CHARACTERS
from schemas.statistics.quarter import last_ended_quarter
from schemas.statistics.tables import load_tables
from tests.attack.attacker import Collusion, collude
from tests.attack.emergency_call import call_in_emergency
from tests.attack.referral import refer
from tests.attack.wire import Exchanged, Wire, over
from tests.museum.requests.honest_runs import HonestRuns
from tests.scene import Scene

PLAYED_BY_SEVEN: Final = frozenset(one for one in PATHS if one.value.startswith(("board.", "parents.")))
"""The messages of the private OR, which two agencies can't play: see `test_tampering_in_a_circle.py`."""


@dataclass(frozen=True)
class Life:
    """A whole agreement, from its proposal to receipt and review, and the item `item`, as they passed over the wire."""

    scene: Scene
    collusion: Collusion
    passed: dict[MessageType, Exchanged]
    item: str

    @property
    def agreement(self) -> Agreement:
        return self.collusion.agreement

    def prepared(self, kind: MessageType) -> Prepared:
        """Return the message of a kind as it was sent."""
        exchanged = self.passed[kind]
        token = exchanged.request_headers[ENVELOPE_HEADER]
        claims = read_unverified(EnvelopeClaims, token, MAX_ENVELOPE_CHARACTERS)
        return Prepared(claims, token, exchanged.request)

    def probe(self) -> Prepared:
        """Return a fresh request."""
        return prepare_probe(self.collusion.requester, query_under(self.agreement))

    def post(self, prepared: Prepared, path: str = "") -> httpx.Response:
        """Send a message to the gateway."""
        url = self.scene.stage.gateway_url + (path or PATHS[prepared.claims.type])
        headers = {ENVELOPE_HEADER: prepared.envelope, "Content-Type": "application/json"}
        return httpx.post(url, content=prepared.body, headers=headers, timeout=60, verify=trusted_authorities())


def record_life(scene: Scene, purpose: str) -> Life:
    """Make an agreement, publish its index, ask, review, and refer a child, while both desks' wires are recorded."""
    plan = scene.plan(purpose)
    at_requester, at_provider = Wire(), Wire()
    with over(at_requester, scene.session(plan.requester)) as requester:
        with over(at_provider, scene.session(plan.provider)) as provider:
            ask_for_statistics(requester, provider, plan.regions)
            review_a_version(requester, provider, purpose, plan.regions)
            agreement = agree(requester, provider, purpose, plan.regions)
            publish(provider, agreement, lambda *_: None)
            call_in_emergency(requester, scene.session(Agency.PUBLIC_SECURITY), plan.regions)
            item = refer(requester, provider, Child(name="欧阳小满"))
        requester.client.refresh_registry()
        stage = replace(scene.stage, sessions={**scene.stage.sessions, plan.requester: requester})
        stage.ask(plan, agreement, lambda *_: None)
        HonestRuns(requester, agreement, load_settings(stage.gateway_folder).database)
        OwnLogCheck(requester.connector, requester.client).run()
    passed = {_type_of(found): found for found in (*at_requester.passed, *at_provider.passed) if found.request}
    return Life(scene, collude(scene, agreement), passed, item)


def review_a_version(requester: Session, provider: Session, purpose: str, regions: tuple[str, ...]) -> None:
    """Begin the review of a further version."""
    agreement = agree(requester, provider, purpose, regions)
    newer = agreement.model_copy(update={"id": new_uuid(os.urandom), "revision": 2, "replaces": agreement.digest()})
    requester.office.propose(newer, SIGNATORIES)
    provider.office.accept_complete(newer.digest())


def ask_for_statistics(requester: Session, provider: Session, regions: tuple[str, ...]) -> None:
    """Ask for the provider's table, under an agreement of its own."""
    agreement = agree(requester, provider, "P18", regions)
    kind = AgencyKind(provider.connector.settings.agency_type)
    table = next(table.id for table in load_tables().values() if table.provider is kind)
    quarter = last_ended_quarter(requester.connector.today())
    query = query_under(agreement, region=regions[0])
    ask_statistics(requester.connector, requester.client, query, table, quarter)


def _type_of(exchanged: Exchanged) -> MessageType:
    token = exchanged.request_headers[ENVELOPE_HEADER]
    return read_unverified(EnvelopeClaims, token, MAX_ENVELOPE_CHARACTERS).type
