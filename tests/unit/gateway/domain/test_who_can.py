"""Who may learn what, read off agreements: what is said of a way is what the decision permits."""

from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from gateway.domain.match_profile_words import MATCH_PROFILE_WORDS
from gateway.domain.who_can import Learnt, Profile, Way, open_ways, profiles, reach, united, ways_of, ways_to
from schemas.agreement import Agreement, AgreementState, Approval, Party
from schemas.attribute_catalogue import never_released
from schemas.emergency import EmergencyClaim
from schemas.envelope import MessageType
from schemas.formats import digest_of
from schemas.policy import Permit, PolicyRequest, Standing, decide
from schemas.purpose_catalogue import load_purposes
from schemas.purpose_parts import MatchProfile
from tests.unit.schemas.test_policy import AGREEMENT, CLAIMS, NOW, REQUESTER
from tests.unit.schemas.test_policy_model import ATTRIBUTES, EMERGENCY, REGIONS, draw_agreement, draw_now, stand

PROVIDERS = ("civil_affairs.990101", "disabled_federation.990101")


def standing(purpose: str, provider: str, attributes: tuple[str, ...], *regions: str, **changes: Any) -> Standing:
    agreement = AGREEMENT.model_copy(
        update={
            "purpose": purpose,
            "purpose_version": load_purposes()[purpose].version,
            "provider": Party(agency=provider, signing_key=digest_of(b"provider")),
            "attributes": attributes,
            "regions": regions,
            **changes,
        }
    )
    return Standing(agreement, agreement.digest(), AgreementState.ACTIVE)


def ways(*standings: Standing, now: datetime = NOW) -> tuple[Way, ...]:
    return open_ways(standings, load_purposes(), never_released(), now)


def asks(agreement: Agreement, attribute: str, region: str) -> PolicyRequest:
    """Return a request that states everything that any clause may want."""
    purpose = load_purposes().get(agreement.purpose)
    is_emergency = purpose is not None and purpose.approvals.emergency is not None
    claims = CLAIMS.model_copy(
        update={
            "emergency": EmergencyClaim.model_validate(EMERGENCY, strict=False) if is_emergency else None,
            "type": MessageType.EXCHANGE,
            "issuer": agreement.requester.agency,
            "agreement": agreement.digest(),
            "purpose": agreement.purpose,
            "region": region,
        }
    )
    return PolicyRequest(claims=claims, provider=agreement.provider.agency, records=1, attributes=(attribute,))


@pytest.mark.parametrize("seed", range(3))
def test_a_way_is_there_where_and_only_where_the_decision_would_permit(seed: int) -> None:
    random = Random(seed)
    found = {True: 0, False: 0}
    for _ in range(150):
        state = random.choices((*AgreementState, AgreementState.ACTIVE), (*[1] * len(AgreementState), 30))[0]
        document, stood = stand(draw_agreement(random), state.value)
        at = datetime.fromtimestamp(draw_now(random, document) / 1_000_000, UTC)
        opened = ways(stood, now=at)
        purpose = load_purposes().get(stood.agreement.purpose)
        for attribute in random.sample(ATTRIBUTES, 12) + list(stood.agreement.attributes):
            region = random.choice(REGIONS)
            request = asks(stood.agreement, attribute, region)
            may = isinstance(decide(request, stood, purpose, never_released(), at), Permit)
            told = any(region_in(region, way) for way in ways_to(attribute, opened))
            assert may == told
            found[may] += 1
    assert min(found.values()) > 20


def region_in(region: str, way: Way) -> bool:
    inside = united([region])
    return bool(inside) and any(inside[0].startswith(scope) for scope in united(way.agreement.regions))


@pytest.mark.parametrize(
    ("regions", "expected"),
    [
        (["990101", "9901"], ("9901",)),
        (["990100", "990101"], ("9901",)),
        (["990101", "990102"], ("990101", "990102")),
        (["990101000", "990101"], ("990101",)),
        (["000000", "99"], ("99",)),
        ([], ()),
    ],
)
def test_regions_are_united(regions: list[str], expected: tuple[str, ...]) -> None:
    assert united(regions) == expected


def test_what_several_providers_tell_meets_in_the_same_child() -> None:
    opened = ways(
        standing("P01", PROVIDERS[0], ("category_group",), "9901"),
        standing("P14", PROVIDERS[1], ("life_status",), "990101"),
    )
    wide, narrow = profiles(opened)
    assert (wide.regions, [one.provider for one in wide.learnt]) == (("9901",), [PROVIDERS[0]])
    assert (narrow.regions, {one.provider for one in narrow.learnt}) == (("990101",), set(PROVIDERS))


def test_a_region_where_nothing_more_is_learnt_is_not_listed_again() -> None:
    opened = ways(
        standing("P01", PROVIDERS[0], ("category_group",), "9901"),
        standing("P01", PROVIDERS[0], ("category_group",), "990101", max_batch=3),
    )
    (profile,) = profiles(opened)
    assert profile == Profile(("9901",), (Learnt("category_group", PROVIDERS[0], "P01"),))
    (one,) = reach(opened)
    assert (one.regions, one.purposes) == (("9901",), ("P01",))


def test_regions_where_the_same_is_learnt_stand_together() -> None:
    (profile,) = profiles(ways(standing("P01", PROVIDERS[0], ("category_group",), "990101", "990102")))
    assert profile.regions == ("990101", "990102")


def test_a_purpose_that_finds_no_known_child_adds_to_no_profile() -> None:
    (way,) = ways(standing("P01", PROVIDERS[0], ("category_group",), "990101"))
    described = replace(way, purpose=way.purpose.model_copy(update={"match_on": MatchProfile.DESCRIPTION}))
    assert profiles([described]) == ()
    assert reach([described])[0].attributes == ("category_group",)


def test_an_agency_asks_only_on_its_own_ways() -> None:
    opened = ways(standing("P01", PROVIDERS[0], ("category_group",), "990101", approval=Approval.NONE))
    assert ways_of(REQUESTER, opened) == opened
    assert ways_of(PROVIDERS[0], opened) == ()


@pytest.mark.parametrize("profile", MatchProfile)
def test_every_matching_basis_has_its_words(profile: MatchProfile) -> None:
    assert MATCH_PROFILE_WORDS[profile].zh
    assert MATCH_PROFILE_WORDS[profile].en
