"""The decision against a slow model that was written from the reference, on very many agreements and requests."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.agreement import Agreement, AgreementState
from schemas.attribute_catalogue import never_released
from schemas.emergency import EmergencyClaim
from schemas.envelope import EnvelopeClaims, MessageType
from schemas.formats import digest_of
from schemas.policy import Deny, PolicyRequest, Standing, decide
from schemas.purpose_catalogue import load_purposes
from tests.unit.schemas.policy_model import MICROSECONDS, World, catalogue_class_c, catalogue_purposes, decide_slowly

PURPOSES, CLASS_C = catalogue_purposes(), catalogue_class_c()
REGIONS = (
    *("99", "9901", "9902", "990000", "990100", "990101", "990102", "990201", "980101", "000000", "01"),
    *("990101000", "990101001", "990101002", "990101001000", "990101001002", "990100000000"),
)
COUNTIES = (None, *(region for region in REGIONS if len(region) == 6))
AGENCIES = ("education.990101", "civil_affairs.990101", "disabled_federation.990101")
OUTPUTS = sorted({output["attribute"] for purpose in PURPOSES.values() for output in purpose["outputs"]})
ATTRIBUTES = (*OUTPUTS, *sorted(CLASS_C)[:4], "no_such_attribute")
KNOWN_PURPOSES = ("P01", "P04", "P10", "P16", "P02", "P99")
EMERGENCY = {"call": "2b7a6f1e-4a52-4a7c-9f4e-0f0f0f0f0f0f", "reason": "found_alone"}
NOON = 1_772_690_400
DAY = 86_400
PAIRS, BLOCKS = 10_000, 10
REFUSALS = {
    *("no_agreement", "purpose_unknown", "wrong_message_type", "not_a_party", "agreement_not_active"),
    *("agreement_not_started", "agreement_expired", "purpose_differs", "officer_missing", "case_number_missing"),
    *("approval_missing", "region_missing", "region_not_agreed", "attribute_not_agreed", "attribute_never_released"),
    *("batch_too_large", "emergency_reason_missing", "emergency_not_agreed"),
}


def draw_agreement(random: Random) -> dict[str, Any]:
    purpose = random.choices(KNOWN_PURPOSES, (8, 4, 4, 4, 1, 1))[0]
    known = PURPOSES.get(purpose, {"version": 1, "outputs": []})
    requester, provider = random.sample(AGENCIES, 2)
    outputs = [output["attribute"] for output in known["outputs"]] or list(OUTPUTS)
    attributes = {*random.sample(outputs, random.randint(1, min(4, len(outputs)))), random.choice(OUTPUTS)}
    begins = NOON + random.randint(-30, 1) * DAY
    return {
        "version": 1,
        "id": f"0b7a6f1e-4a52-4a7c-9f4e-{random.getrandbits(48):012x}",
        "purpose": purpose,
        "purpose_version": known["version"] + random.choice((0,) * 12 + (1,)),
        "requester": {"agency": requester, "signing_key": digest_of(b"requester")},
        "provider": {"agency": provider, "signing_key": digest_of(b"provider")},
        "attributes": sorted(attributes),
        "regions": sorted(set(random.choices(REGIONS, k=random.randint(1, 3)))),
        "linkage_schema": "G/1",
        "valid_from": begins,
        "valid_until": begins + random.randint(1, 60) * DAY,
        "case_number_required": random.random() < 0.5,
        "approval": random.choice(("none", "second_person")),
        "max_batch": random.choice((1, 2, 10, 1_000)),
        "evaluations_per_day": 100,
        "releases_per_day": 100,
        "officer_evaluations_per_day": 100,
        "officer_releases_per_day": 100,
        "retention_days": 90,
    }


def fitting_request(random: Random, agreement: Mapping[str, Any]) -> dict[str, Any]:
    kind = random.choice(("evaluate", "match.part", "match", "match.review", "exchange"))
    return {
        "type": kind,
        "issuer": agreement["requester"]["agency"],
        "agreement": agreement["digest"],
        "purpose": agreement["purpose"] if agreement["purpose"] != "P99" else "P01",
        "region": random.choice(agreement["regions"]),
        "case": random.choice((None, "TA-2026-0415")) if not agreement["case_number_required"] else "TA-2026-0415",
        "officer": "officer-07",
        "approver": None if agreement["approval"] == "none" else "head-02",
        "emergency": EMERGENCY if agreement["purpose"] == "P16" else None,
        "provider": agreement["provider"]["agency"],
        "records": random.randint(0, agreement["max_batch"]),
        "attributes": random.sample(agreement["attributes"], 1) if kind in ("match", "exchange") else [],
        "counties": [],
    }


def change(random: Random, request: dict[str, Any], agreement: Mapping[str, Any]) -> None:
    """Change one member: to something else, to nothing, or over a boundary."""
    member = random.choice(list(request))
    others: dict[str, Callable[[], Any]] = {
        "type": lambda: random.choice(list(MessageType)).value,
        "issuer": lambda: random.choice(AGENCIES),
        "agreement": lambda: random.choice((None, digest_of(b"another"))),
        "purpose": lambda: random.choice((None, *KNOWN_PURPOSES)),
        "region": lambda: random.choice((None, *REGIONS)),
        "case": lambda: None,
        "officer": lambda: random.choice((None, "head-02")),
        "approver": lambda: random.choice((None, "officer-07", "head-02")),
        "emergency": lambda: random.choice((None, EMERGENCY)),
        "provider": lambda: random.choice(AGENCIES),
        "records": lambda: agreement["max_batch"] + random.choice((-1, 0, 1)),
        "attributes": lambda: random.choices(ATTRIBUTES, k=random.randint(0, 3)),
        "counties": lambda: random.choices(COUNTIES, k=random.randint(1, 3)),
    }
    request[member] = others[member]()


def draw_now(random: Random, agreement: Mapping[str, Any]) -> int:
    """Return microseconds: mostly within the period, else at one of its ends."""
    if random.random() < 0.85:
        return random.randrange(agreement["valid_from"], agreement["valid_until"]) * MICROSECONDS
    boundary: int = agreement[random.choice(("valid_from", "valid_until"))]
    return boundary * MICROSECONDS + random.choice((-MICROSECONDS, -1, 0, 1, MICROSECONDS))


def stand(document: dict[str, Any], state: str) -> tuple[dict[str, Any], Standing]:
    """Return an agreement as the model and as the decision know it."""
    agreement = Agreement.model_validate(document, strict=False)
    digest = agreement.digest()
    return document | {"digest": digest, "state": str(state)}, Standing(agreement, digest, AgreementState(state))


def claim_of(stated: Mapping[str, Any] | None) -> EmergencyClaim | None:
    return None if stated is None else EmergencyClaim.model_validate(stated, strict=False)


def as_request(request: Mapping[str, Any]) -> PolicyRequest:
    stated = ("issuer", "agreement", "purpose", "region", "case", "officer", "approver")
    claims = EnvelopeClaims(
        type=MessageType(request["type"]),
        audience="gateway.990101",
        id="1b7a6f1e-4a52-4a7c-9f4e-0f0f0f0f0f0f",
        issued_at=NOON,
        expires_at=NOON + 60,
        body=digest_of(b"body"),
        emergency=claim_of(request["emergency"]),
        **{name: request[name] for name in stated},
    )
    return PolicyRequest(
        claims=claims,
        provider=request["provider"],
        records=request["records"],
        attributes=tuple(request["attributes"]),
        counties=tuple(request["counties"]),
    )


def decide_among(request: Mapping[str, Any], standings: Mapping[str, Standing], now: int) -> tuple[str, ...]:
    """Look the agreement up as gateway and provider do, decide, and say it in the model's words."""
    standing = standings.get(request["agreement"])
    purpose = None if standing is None else load_purposes().get(standing.agreement.purpose)
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=now)
    decision = decide(as_request(request), standing, purpose, never_released(), at)
    if isinstance(decision, Deny):
        return "deny", decision.code.value, decision.clause.value
    return "permit", decision.agreement, *(clause.value for clause in decision.clauses)


@pytest.mark.parametrize("seed", range(BLOCKS))
def test_decision_and_model_agree_on_ten_thousand_pairs(seed: int) -> None:
    random = Random(seed)
    stood = [
        stand(draw_agreement(random), random.choices((*AgreementState, "active"), (*[1] * len(AgreementState), 30))[0])
        for _ in range(300)
    ]
    documents = {document["digest"]: document for document, _ in stood}
    standings = {standing.digest: standing for _, standing in stood}
    seen: Counter[str] = Counter()
    for _ in range(PAIRS):
        agreement = random.choice(stood)[0]
        request, now = fitting_request(random, agreement), draw_now(random, agreement)
        for _ in range(random.choices((0, 1, 2), (2, 5, 2))[0]):
            change(random, request, agreement)
        expected = decide_slowly(request, World(documents, PURPOSES, CLASS_C, now))
        assert decide_among(request, standings, now) == expected, (request, agreement, now)
        seen.update([expected[0], expected[1]])
    assert seen["permit"] > PAIRS / 10
    assert {code for code in REFUSALS if not seen[code]} == set()


@settings(max_examples=300, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    region=st.sampled_from(REGIONS) | st.from_regex(r"[0-9]{2}(?:[0-9]{2}|[0-9]{4}|[0-9]{7})?", fullmatch=True),
    regions=st.sets(st.sampled_from(REGIONS), min_size=1),
    counties=st.lists(st.none() | st.from_regex(r"[0-9]{6}", fullmatch=True), max_size=3),
    records=st.integers(-1, 1_001),
    max_batch=st.sampled_from([1, 2, 999, 1_000]),
    attributes=st.lists(st.sampled_from(ATTRIBUTES), max_size=3),
    beyond=st.sampled_from([-MICROSECONDS, -1, 0, 1, MICROSECONDS]),
    boundary=st.sampled_from(["valid_from", "valid_until"]),
)
def test_decision_and_model_agree_at_the_edges(
    seed: int,
    region: str,
    regions: set[str],
    counties: list[str | None],
    records: int,
    max_batch: int,
    attributes: list[str],
    beyond: int,
    boundary: str,
) -> None:
    random = Random(seed)
    document = draw_agreement(random) | {"regions": sorted(regions), "max_batch": max_batch}
    agreement, standing = stand(document, "active")
    request = fitting_request(random, agreement)
    request |= {"region": region, "counties": counties, "records": records, "attributes": attributes}
    now = agreement[boundary] * MICROSECONDS + beyond
    world = World({agreement["digest"]: agreement}, PURPOSES, CLASS_C, now)
    assert decide_among(request, {standing.digest: standing}, now) == decide_slowly(request, world)


def test_model_reads_the_catalogue_as_the_program_does() -> None:
    assert never_released() == CLASS_C
    assert {purpose.status.value for purpose in load_purposes().values()} == {"working", "described"}
