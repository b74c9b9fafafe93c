"""The decision with the look-up of its agreement among all that are active, against verifying the envelope's signature.

Nothing is decided before the signature is verified: beside that a decision should not be noticed.
"""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import Engine

from bench.harness import Comparison, Contest, Sample, Tell, compare, timed
from bench.scale import Scale
from gateway.persistence.agreement_queries import add_agreement, find_agreement, set_provider_signature, set_state
from gateway.persistence.engine import create_database_engine, read_transaction, write_transaction
from gateway.persistence.migrate import migrate_database
from keys.crypto.signing import VerificationKey, generate_signing_key
from keys.protocol.envelopes import sign_message, verify_envelope
from schemas.agreement import Agreement, AgreementState, Approval, Party
from schemas.attribute_catalogue import never_released
from schemas.envelope import ENVELOPE_TOKEN_TYPE, EnvelopeClaims, MessageType
from schemas.formats import digest_of
from schemas.policy import Permit, PolicyRequest, Standing, decide
from schemas.purpose_catalogue import load_purposes

NOW: Final = datetime(2026, 3, 5, 8, tzinfo=UTC)
SECONDS: Final = int(NOW.timestamp())
PURPOSE: Final = load_purposes()["P01"]
ASKED: Final = ("category_group",)

Find = Callable[[str], Standing | None]


def run(scale: Scale, tell: Tell) -> Iterator[Comparison]:
    """Decide with the agreements in memory, as a provider may hold them, then with the gateway's table of them."""
    tell(f"making {scale.agreements:,} agreements")
    agreements = [_agreement(number) for number in range(scale.agreements)]
    standings = {found.digest(): Standing(found, found.digest(), AgreementState.ACTIVE) for found in agreements}
    requests = [_request(digest, standing.agreement) for digest, standing in standings.items()]
    yield compare(_contest("in memory", requests, standings.get, scale), scale.rounds, tell)
    with tempfile.TemporaryDirectory(prefix="tongxin-bench-") as folder:
        engine = create_database_engine(f"sqlite:///{Path(folder) / 'gateway.sqlite3'}")
        _store(engine, standings)
        yield compare(_contest("in the gateway's SQLite", requests, _finder(engine), scale), scale.rounds, tell)
        engine.dispose()


def _contest(place: str, requests: list[PolicyRequest], find: Find, scale: Scale) -> Contest:
    turns = cycle(requests)
    verify = _verifier(requests[0].claims)
    return Contest(
        name=f"decide among {len(requests):,} active agreements {place}",
        unit="decisions",
        peer="verifying an envelope's signature (ES256)",
        ours=lambda: _decide(turns, find, scale.decisions),
        theirs=lambda: timed(scale.decisions, lambda: [verify() for _ in range(scale.decisions)]),
    )


def _decide(turns: Iterator[PolicyRequest], find: Find, times: int) -> Sample:
    never = never_released()

    def work() -> None:
        for _ in range(times):
            request = next(turns)
            decision = decide(request, find(request.claims.agreement or ""), PURPOSE, never, NOW)
            if not isinstance(decision, Permit):
                raise TypeError("a request that fits was refused")

    return timed(times, work)


def _verifier(claims: EnvelopeClaims) -> Callable[[], object]:
    key = generate_signing_key(os.urandom)
    token = sign_message(key, ENVELOPE_TOKEN_TYPE, claims)
    public: VerificationKey = key.verification_key
    return lambda: verify_envelope(token, lambda _agency, _key_id: public)


def _finder(engine: Engine) -> Find:
    def find(digest: str) -> Standing | None:
        with read_transaction(engine) as connection:
            stored = find_agreement(connection, digest)
        return None if stored is None else stored.standing

    return find


def _store(engine: Engine, standings: Mapping[str, Standing]) -> None:
    migrate_database(engine)
    with write_transaction(engine) as connection:
        for digest, standing in standings.items():
            add_agreement(connection, standing.agreement, "e.e.e")
            set_provider_signature(connection, digest, "e.e.e")
            set_state(connection, digest, AgreementState.ACTIVE)


def _agreement(number: int) -> Agreement:
    return Agreement(
        version=1,
        id=str(UUID(int=number, version=4)),
        purpose=PURPOSE.id,
        purpose_version=PURPOSE.version,
        requester=Party(agency=f"education.{number:06}", signing_key=digest_of(b"requester")),
        provider=Party(agency="civil_affairs.990000", signing_key=digest_of(b"provider")),
        attributes=ASKED,
        regions=("990101", "990102", "990201"),
        linkage_schema="G/1",
        valid_from=SECONDS - 60,
        valid_until=SECONDS + 60,
        case_number_required=True,
        approval=Approval.SECOND_PERSON,
        max_batch=300,
        evaluations_per_day=4_800,
        releases_per_day=300,
        officer_evaluations_per_day=4_800,
        officer_releases_per_day=300,
        retention_days=90,
    )


def _request(digest: str, agreement: Agreement) -> PolicyRequest:
    claims = EnvelopeClaims(
        type=MessageType.MATCH,
        issuer=agreement.requester.agency,
        audience="gateway.990000",
        id=agreement.id,
        issued_at=SECONDS,
        expires_at=SECONDS + 60,
        body=digest_of(b"body"),
        agreement=digest,
        purpose=agreement.purpose,
        region="990201001",
        case="TA-2026-0415",
        officer="officer-07",
        approver="head-02",
    )
    return PolicyRequest(claims=claims, provider=agreement.provider.agency, records=100, attributes=ASKED)
