"""The kept registry: never an older one, never an expired one, and an alert for every key that is not the agency's."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from connectors.state.alerts import list_alerts
from connectors.state.database import open_state
from connectors.trust import TrustStore
from keys.crypto.signing import generate_signing_key
from keys.protocol.envelopes import read_unverified, sign_message
from keys.protocol.key_chain import UntrustedKeyError, state_key
from schemas.base64url import encode_base64url
from schemas.formats import digest_of
from schemas.key_statement import KeyStatement, KeyUse
from schemas.messages.registry import REGISTRY_TOKEN_TYPE, GatewayPin, Registry
from schemas.problem import ProblemError
from tests.unit.keys.protocol.test_trusted_registry import (
    AGENCY,
    AGENCY_KEY,
    AGENCY_ROOT,
    GATEWAY,
    GATEWAY_KEY,
    GATEWAY_ROOT,
    NOW,
    SECONDS,
    own_statement,
    registry_token,
)

PIN = GatewayPin(
    url="http://127.0.0.1:9",
    gateway=GATEWAY,
    signing_key=GATEWAY_ROOT,
    log_name="gateway.example/log",
    log_verifier_key="gateway.example/log+00000000+AQ==",
)


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Engine]:
    engine = open_state(tmp_path / "state.sqlite3")
    yield engine
    engine.dispose()


def alert_codes(state: Engine) -> list[str]:
    return [code for _, code, _ in list_alerts(state)]


def with_statements(*statements: str) -> str:
    """Return a registry token whose member carries these statements."""
    template = registry_token()
    registry = read_unverified(Registry, template, 1_000_000)
    member = registry.members[0].model_copy(update={"statements": statements})
    return sign_message(
        GATEWAY_KEY, REGISTRY_TOKEN_TYPE, registry.model_copy(update={"members": (member,), "version": 8})
    )


def forged_opening() -> str:
    """Return an opening key statement for the agency, signed by the gateway."""
    public_key = os.urandom(32)
    statement = KeyStatement(
        agency=AGENCY,
        use=KeyUse.OPENING,
        key_id=digest_of(public_key),
        public_key=encode_base64url(public_key),
        issued_at=SECONDS,
        active_from=SECONDS,
    )
    return state_key(GATEWAY_KEY, statement)


def test_nothing_is_believed_before_a_registry_was_kept(state: Engine) -> None:
    with pytest.raises(ProblemError, match="registry_expired"):
        TrustStore(state, PIN).registry(NOW)


def test_a_kept_registry_is_believed_after_a_restart(state: Engine) -> None:
    TrustStore(state, PIN).accept(registry_token(), NOW)
    restarted = TrustStore(state, PIN)
    assert restarted.keys_of(AGENCY, AGENCY_ROOT, NOW).verification_key(AGENCY_ROOT, SECONDS)


def test_an_expired_registry_stops_everything(state: Engine) -> None:
    trust = TrustStore(state, PIN)
    trust.accept(registry_token(), NOW)
    later = NOW + timedelta(hours=1)
    for attempt in (trust, TrustStore(state, PIN)):
        with pytest.raises(ProblemError, match="registry_expired"):
            attempt.keys_of(AGENCY, AGENCY_ROOT, later)


def test_an_older_registry_is_refused_with_an_alert(state: Engine) -> None:
    trust = TrustStore(state, PIN)
    trust.accept(registry_token(), NOW)
    with pytest.raises(ProblemError, match="registry_not_trusted"):
        trust.accept(registry_token(version=6), NOW)
    assert alert_codes(state) == ["registry_older_than_known"]


def test_a_strangers_registry_is_refused_with_an_alert(state: Engine) -> None:
    stranger = generate_signing_key(os.urandom)
    with pytest.raises(ProblemError, match="registry_not_trusted"):
        TrustStore(state, PIN).accept(registry_token(signer=stranger), NOW)
    assert alert_codes(state) == ["registry_not_signed_by_gateway"]


def test_a_forged_opening_key_is_not_used_and_named_once(state: Engine) -> None:
    trust = TrustStore(state, PIN)
    trust.accept(with_statements(own_statement(AGENCY, AGENCY_KEY), forged_opening()), NOW)
    for _ in range(2):
        with pytest.raises(UntrustedKeyError, match="not_stated"):
            trust.keys_of(AGENCY, AGENCY_ROOT, NOW).opening_key(NOW)
    assert alert_codes(state) == ["forged_key_statement"]


def test_another_signing_key_in_an_agencys_place_is_refused_and_named(state: Engine) -> None:
    trust = TrustStore(state, PIN)
    trust.accept(with_statements(own_statement(AGENCY, GATEWAY_KEY)), NOW)
    with pytest.raises(UntrustedKeyError, match="root_differs"):
        trust.keys_of(AGENCY, AGENCY_ROOT, NOW)
    assert alert_codes(state) == ["signing_key_root_differs"]


def test_chains_are_followed_anew_when_the_registry_changes(state: Engine) -> None:
    trust = TrustStore(state, PIN)
    trust.accept(registry_token(), NOW)
    assert not trust.keys_of(AGENCY, AGENCY_ROOT, NOW).rejections
    trust.accept(with_statements(own_statement(AGENCY, AGENCY_KEY), forged_opening()), NOW)
    assert trust.keys_of(AGENCY, AGENCY_ROOT, NOW).rejections


def test_one_view_judges_by_one_registry_and_leaves_nothing_behind_in_a_newer_one(state: Engine) -> None:
    trust = TrustStore(state, PIN)
    trust.accept(registry_token(), NOW)
    before = trust.look()
    trust.accept(with_statements(own_statement(AGENCY, AGENCY_KEY), forged_opening()), NOW)
    assert not before.keys_of(AGENCY, AGENCY_ROOT, NOW).rejections
    assert trust.keys_of(AGENCY, AGENCY_ROOT, NOW).rejections
