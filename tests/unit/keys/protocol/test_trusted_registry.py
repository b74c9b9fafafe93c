"""The registry: the gateway's signature, a version that never falls, an expiry, and no more power than that."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from keys.crypto.signing import SigningKey, generate_signing_key
from keys.protocol.envelopes import sign_message
from keys.protocol.key_chain import UntrustedKeyError, encode_verification_key, state_key
from keys.protocol.trusted_registry import RegistryError, TrustedRegistry, verify_registry
from schemas.key_statement import KeyStatement, KeyUse
from schemas.messages.registry import REGISTRY_TOKEN_TYPE, GatewayIdentity, Member, Registry

NOW = datetime(2026, 3, 5, 8, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
GATEWAY = "gateway.990101"
AGENCY = "education.990101"

GATEWAY_KEY = generate_signing_key(os.urandom)
AGENCY_KEY = generate_signing_key(os.urandom)
GATEWAY_ROOT = GATEWAY_KEY.verification_key.key_id
AGENCY_ROOT = AGENCY_KEY.verification_key.key_id


def own_statement(agency: str, key: SigningKey) -> str:
    statement = KeyStatement(
        agency=agency,
        use=KeyUse.SIGNING,
        key_id=key.verification_key.key_id,
        public_key=encode_verification_key(key.verification_key),
        issued_at=SECONDS,
        active_from=SECONDS - 60,
    )
    return state_key(key, statement)


def registry_token(signer: SigningKey = GATEWAY_KEY, member_key: SigningKey = AGENCY_KEY, **changes: object) -> str:
    registry = Registry(
        gateway=GatewayIdentity(
            agency=GATEWAY,
            name_zh="网关",
            name_en="gateway",
            statements=(own_statement(GATEWAY, GATEWAY_KEY),),
            log_verifier_key="gateway.example/log+00000000+AQ==",
        ),
        members=(
            Member(
                agency=AGENCY,
                agency_type="education",
                name_zh="教育局",
                name_en="Education Bureau",
                region="990101",
                endpoint="http://127.0.0.1:9",
                statements=(own_statement(AGENCY, member_key),),
            ),
        ),
        version=7,
        issued_at=SECONDS,
        expires_at=SECONDS + 3600,
    )
    return sign_message(signer, REGISTRY_TOKEN_TYPE, registry.model_copy(update=changes))


def verify(token: str, lowest_version: int = 7, now: datetime = NOW) -> TrustedRegistry:
    return verify_registry(token, GATEWAY, GATEWAY_ROOT, lowest_version, now)


def test_registry_of_the_pinned_gateway_is_believed() -> None:
    trusted = verify(registry_token())
    assert trusted.keys_of(AGENCY, AGENCY_ROOT).verification_key(AGENCY_ROOT, SECONDS) == AGENCY_KEY.verification_key
    assert trusted.gateway_key(GATEWAY, GATEWAY_ROOT, SECONDS) == GATEWAY_KEY.verification_key


@pytest.mark.parametrize(
    ("token", "now", "reason"),
    [
        (registry_token(signer=AGENCY_KEY), NOW, "not_signed_by_gateway"),
        (registry_token(version=6), NOW, "older_than_known"),
        (registry_token(), NOW + timedelta(hours=1), "expired"),
        (registry_token(), NOW - timedelta(minutes=1), "expired"),
        (registry_token(expires_at=SECONDS + 168 * 3600 + 1), NOW, "lifetime_too_long"),
        ("a.b.c", NOW, "not_signed_by_gateway"),
        (registry_token()[:-4] + "AAAA", NOW, "not_signed_by_gateway"),
    ],
    ids=["other signer", "older", "expired", "from the future", "too long", "no token", "altered signature"],
)
def test_what_is_not_to_be_used(token: str, now: datetime, reason: str) -> None:
    with pytest.raises(RegistryError, match=reason):
        verify(token, now=now)


def test_another_gateway_under_the_same_pin_is_refused() -> None:
    with pytest.raises(RegistryError, match="not_signed_by_gateway"):
        verify_registry(registry_token(), "gateway.990201", GATEWAY_ROOT, 0, NOW)


def test_gateway_can_not_stand_in_for_an_agency() -> None:
    trusted = verify(registry_token(member_key=GATEWAY_KEY))
    with pytest.raises(UntrustedKeyError, match="root_differs"):
        trusted.keys_of(AGENCY, AGENCY_ROOT)


def test_an_agency_can_not_stand_in_for_the_gateway() -> None:
    with pytest.raises(UntrustedKeyError, match="unknown_agency"):
        verify(registry_token()).gateway_key(AGENCY, AGENCY_ROOT, SECONDS)


def test_unknown_agency_is_refused() -> None:
    with pytest.raises(UntrustedKeyError, match="unknown_agency"):
        verify(registry_token()).keys_of("health.990101", AGENCY_ROOT)
