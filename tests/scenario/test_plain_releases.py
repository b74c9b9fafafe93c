"""P05, P06, P15 and P17 asked over HTTP with real connectors: a yes or no, or a band, and nothing else."""

from collections import Counter
from typing import NamedTuple

import pytest

from connectors.state.questions import RowResult
from demo.province import Agency
from demo.scenario.cast import COUNTY, Plan
from demo.scenario.desks import agree, publish
from schemas.agreement import Agreement
from schemas.problem import ProblemCode, ProblemError
from schemas.purpose_catalogue import load_purposes
from tests.scene import Scene

CIVIL_AFFAIRS, EDUCATION, FEDERATION = Agency.CIVIL_AFFAIRS, Agency.EDUCATION, Agency.DISABLED_FEDERATION
BANDS = {"full", "partial", "none"}


class Asked(NamedTuple):
    """A purpose, who asks whom about which roster, and the values that one answer may have."""

    purpose: str
    requester: Agency
    provider: Agency
    roster: str
    attribute: str
    values: set[object]


PURPOSES = (
    Asked("P05", FEDERATION, CIVIL_AFFAIRS, "disability_subsidy", "low_income_priority", {True, False, None}),
    Asked("P06", CIVIL_AFFAIRS, EDUCATION, "enrolment", "on_left_behind_list", {True, False, None}),
    Asked("P15", EDUCATION, CIVIL_AFFAIRS, "dropout", "aid_band", {*BANDS, None}),
    Asked("P15", EDUCATION, FEDERATION, "dropout", "aid_band", {*BANDS, None}),
    Asked("P17", FEDERATION, EDUCATION, "enrolment", "enrolled", {True, False, None}),
)


def conclude(scene: Scene, asked: Asked) -> Agreement:
    """Make the agreement and publish its index."""
    requester, provider = scene.session(asked.requester), scene.session(asked.provider)
    agreement = agree(requester, provider, asked.purpose, (COUNTY,))
    publish(provider, agreement, lambda *_: None)
    requester.client.refresh_registry()
    return agreement


def ask(scene: Scene, asked: Asked) -> list[RowResult]:
    """Ask about the roster."""
    plan = Plan(asked.purpose, asked.requester, asked.provider, (COUNTY,), asked.roster, asked.attribute)
    return scene.stage.ask(plan, conclude(scene, asked), lambda *_: None)


@pytest.mark.parametrize("asked", PURPOSES, ids=lambda asked: f"{asked.purpose}-{asked.provider.value}")
def test_the_answers_are_those_of_the_purpose_and_no_others(scene: Scene, asked: Asked) -> None:
    answered = [result for result in ask(scene, asked) if result.values]
    allowed = {output.attribute for output in load_purposes()[asked.purpose].outputs}
    assert answered
    assert all(set(result.values) <= allowed for result in answered)
    told = Counter(result.values[asked.attribute] for result in answered)
    assert set(told) <= asked.values
    assert set(told) != {None}


def test_p17_tells_the_federation_what_p09_tells_civil_affairs(scene: Scene) -> None:
    by_federation = {result.row_number: result.values.get("enrolled") for result in ask(scene, PURPOSES[-1])}
    by_civil_affairs = {result.row_number: result.values.get("enrolled") for result in scene.ask("P09")}
    shared = {row for row, value in by_federation.items() if value is not None}
    assert shared
    assert {row: by_federation[row] for row in shared} == {row: by_civil_affairs[row] for row in shared}


def test_who_is_not_named_by_the_purpose_gets_no_agreement(scene: Scene) -> None:
    with pytest.raises(ProblemError) as refused:
        agree(scene.session(CIVIL_AFFAIRS), scene.session(EDUCATION), "P17", (COUNTY,))
    assert refused.value.code is ProblemCode.AGREEMENT_INVALID
