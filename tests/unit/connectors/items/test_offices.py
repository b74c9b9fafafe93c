"""Whose keys are believed to be an office's: those that follow from an agreement, else from the key first seen."""

import pytest

from connectors.console.roles import Role
from connectors.items.actions import open_item, take_step
from connectors.items.errors import StepFault, StepRefusedError
from connectors.items.offices import OfficeKeys, offices_of
from connectors.state.agreements import keep_agreement
from connectors.state.alerts import list_alerts
from connectors.state.database import reading, writing
from connectors.state.items import find_office_key, keep_office_key
from keys.crypto.sealing import opening_public_key
from keys.custody.key_ring import KeyKind
from keys.protocol.key_chain import UntrustedKeyError
from schemas.agreement import AgreementState, Party
from schemas.formats import digest_of
from tests.item_offices import GATEWAY
from tests.unit.connectors.items.items_gateway import BUREAU, CITY_CIVIL, CIVIL, FEDERATION, TOWNSHIP, County
from tests.unit.connectors.items.test_referral import REFERRAL
from tests.unit.connectors.offices import agreement_with


def test_the_key_first_seen_is_kept_and_sealed_to(county: County) -> None:
    bureau, civil = county[BUREAU], county[CIVIL]
    secret = civil.connector.keys.ring.current(KeyKind.OPENING, civil.console.now()).secret
    assert OfficeKeys(bureau.console).opening_key(CIVIL) == opening_public_key(secret)
    with reading(bureau.connector.state) as connection:
        kept = find_office_key(connection, CIVIL)
    assert kept == civil.connector.signing_key().verification_key.key_id


def test_another_office_in_its_place_is_sealed_nothing(county: County) -> None:
    bureau = county[BUREAU]
    officer = bureau.account(Role.CASE_OWNER)
    with writing(bureau.connector.state) as connection:
        keep_office_key(connection, CIVIL, digest_of(b"the key of the first day"), bureau.console.seconds())
        keep_office_key(connection, CIVIL, digest_of(b"a later one"), bureau.console.seconds())
        assert find_office_key(connection, CIVIL) == digest_of(b"the key of the first day")
    item = open_item(bureau.console, officer, "W6", {}, REFERRAL)
    with pytest.raises(StepRefusedError) as caught:
        take_step(bureau.console, officer, item, "send", next_office=CIVIL, own=REFERRAL)
    assert caught.value.code is StepFault.OFFICE_WITHOUT_KEY
    assert [code for _, code, _ in list_alerts(bureau.connector.state)] == ["signing_key_root_differs"]


@pytest.mark.parametrize(
    ("state", "is_pinned"),
    [(AgreementState.ACTIVE, True), (AgreementState.SUSPENDED, True), (AgreementState.PROPOSED, False)],
)
def test_a_signed_agreement_s_pin_comes_before_the_key_first_seen(
    county: County, state: AgreementState, *, is_pinned: bool
) -> None:
    bureau = county[BUREAU]
    requester = Party(agency=BUREAU, signing_key=bureau.connector.signing_key().verification_key.key_id)
    provider = Party(agency=CIVIL, signing_key=digest_of(b"what people compared"))
    keep_agreement(bureau.connector.state, agreement_with(requester=requester, provider=provider), (), state)
    assert OfficeKeys(bureau.console).opening_key(FEDERATION)
    if not is_pinned:
        assert OfficeKeys(bureau.console).opening_key(CIVIL)
        return
    with pytest.raises(UntrustedKeyError, match="root_differs"):
        OfficeKeys(bureau.console).opening_key(CIVIL)


def test_only_the_gateway_has_the_gateway_s_keys(county: County) -> None:
    keys, now = OfficeKeys(county[BUREAU].console), county.gateway.now.timestamp()
    own = county[BUREAU].connector.signing_key().verification_key
    gateways = county.gateway.key.verification_key
    assert keys.key_at(BUREAU, own.key_id, now) == own
    assert keys.key_at(GATEWAY, gateways.key_id, now) == gateways
    for agency, key_id in ((GATEWAY, own.key_id), (BUREAU, gateways.key_id), ("health.990101", own.key_id)):
        with pytest.raises(UntrustedKeyError):
            keys.key_at(agency, key_id, now)
    with pytest.raises(UntrustedKeyError, match="not_in_force"):
        keys.key_at(BUREAU, own.key_id, now - 10 * 365 * 86_400)


def test_who_is_above_whom(county: County) -> None:
    offices = offices_of(county[BUREAU].console)
    assert offices.superior_of(TOWNSHIP) == CIVIL
    assert offices.superior_of(CIVIL) == CITY_CIVIL
    assert offices.superior_of(CITY_CIVIL) is None
    assert offices.superior_of(BUREAU) is None
    assert offices.superior_of("health.990101") is None
