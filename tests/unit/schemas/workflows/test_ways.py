"""Every way that a workflow's data allows is walked with the engine itself."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from schemas.workflows.advance import advance
from schemas.workflows.events import Act, History
from schemas.workflows.paths import Place, ways_through
from schemas.workflows.position import position_of
from schemas.workflows.rule_pack import Doer, Transition, Workflow
from tests.unit.schemas.workflows.scene import (
    BUREAU,
    CALENDAR,
    CIVIL,
    OTHER_CIVIL,
    P07,
    POLICE,
    W1,
    W2,
    W6,
    accepted,
    act,
    new_item,
)

LONGER_THAN_ANY_WAITING_PERIOD = timedelta(days=200)


@pytest.mark.parametrize("workflow", [W1, W2, W6, P07], ids=lambda one: one.id)
def test_every_way_is_open_and_leads_where_the_data_says(workflow: Workflow) -> None:
    ways = ways_through(workflow)
    walked: set[Place] = set()
    waiting = [(next(iter(ways)), new_item(workflow))]
    while waiting:
        place, history = waiting.pop()
        if place in walked:
            continue
        walked.add(place)
        for one, to in ways[place]:
            for made in good_acts(workflow, history, one):
                after = accepted(advance(workflow, history, made, made.at, CALENDAR))
                assert position_of(workflow, after).state.id == to.state
                assert set(position_of(workflow, after).seats) == to.seats
                waiting.append((to, after))
    assert walked == set(ways)


def good_acts(workflow: Workflow, history: History, one: Transition) -> Iterator[Act]:
    """Yield the act for each of its doers who sit in their seat."""
    position = position_of(workflow, history)
    for doer in one.by:
        if doer.seat in position.seats:
            yield good_act(workflow, history, one, doer)


def good_act(workflow: Workflow, history: History, one: Transition, doer: Doer) -> Act:
    agency = position_of(workflow, history).seats[doer.seat]
    kinds = workflow.seat(one.names).kinds if one.names else frozenset()
    others = [other for other in (CIVIL, OTHER_CIVIL, POLICE, BUREAU) if other.split(".")[0] in kinds]
    return act(
        one.id,
        agency,
        min(doer.roles),
        history.events[-1].at + LONGER_THAN_ANY_WAITING_PERIOD,
        reason=one.reasons[0] if one.reasons else None,
        next_office=next(other for other in others if other != agency) if one.names else None,
        proof="paper-1" if one.proof else None,
    )
