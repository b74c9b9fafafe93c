"""The bundled rule packs, and a museum of bad ones: each is refused, and the message names the place."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from schemas.catalogue_files import CatalogueError, read_catalogue
from schemas.workflows.clock import Basis, ClockKind, SpanUnit
from schemas.workflows.load import MAX_WORKFLOW_BYTES, load_workflows, parse_workflow
from schemas.workflows.roles import ROLE_NAMES, WorkflowRole
from schemas.workflows.rule_pack import Workflow

CLOCKS = {
    ("W1", "report"): (SpanUnit.END_OF_MONTH, 0, Basis.PUBLISHED),
    ("W1", "acknowledge"): (SpanUnit.WORKING_DAYS, 1, Basis.PROPOSED),
    ("W1", "triage"): (SpanUnit.WORKING_DAYS, 3, Basis.PROPOSED),
    ("W2", "take_down"): (SpanUnit.HOURS, 1, Basis.PROPOSED),
    ("W2", "respond"): (SpanUnit.AT_ONCE, 0, Basis.STATUTORY),
    ("W2", "feedback"): (SpanUnit.DAYS, 3, Basis.PUBLISHED),
    ("W6", "acknowledge"): (SpanUnit.WORKING_DAYS, 1, Basis.PROPOSED),
    ("W6", "decide"): (SpanUnit.WORKING_DAYS, 3, Basis.PROPOSED),
    ("W6", "begin"): (SpanUnit.WORKING_DAYS, 3, Basis.PROPOSED),
    ("W6", "result"): (SpanUnit.WORKING_DAYS, 10, Basis.PROPOSED),
}


def test_the_bundled_workflows() -> None:
    assert list(load_workflows()) == ["P07", "W1", "W2", "W6"]
    assert {one.region for one in load_workflows().values()} == {"00"}


@pytest.mark.parametrize(("place", "said"), CLOCKS.items(), ids=str)
def test_clocks_as_agreed(place: tuple[str, str], said: tuple[SpanUnit, int, Basis]) -> None:
    clock = load_workflows()[place[0]].find_clock(place[1])
    assert clock is not None
    assert (clock.span.unit, clock.span.value, clock.basis) == said


def test_a_clock_that_a_law_sets_names_the_article() -> None:
    statutory = [one for flow in load_workflows().values() for one in flow.clocks if one.basis is Basis.STATUTORY]
    assert [source.article for clock in statutory for source in clock.sources] == ["11"]


def test_every_deadline_ends_with_somebody_above() -> None:
    for flow in load_workflows().values():
        for clock in flow.clocks:
            assert bool(clock.escalations) == (clock.kind is ClockKind.DEADLINE), clock.id


def test_the_reporter_is_known_in_mandatory_reports_alone() -> None:
    assert {id_: flow.confidential_to for id_, flow in load_workflows().items() if flow.confidential_to} == {
        "W2": "receiver"
    }


def test_every_role_has_its_name() -> None:
    assert set(ROLE_NAMES) == set(WorkflowRole)


PACK = """
id: W9
version: 1
region: "510000"
name_zh: 试验
name_en: trial
legal_basis: [{instrument: 未成年人保护法, article: "11", verified: true}]
opened_by: {seat: sender, roles: [case_owner]}
opening_seats: [receiver]
initial: sent
seats:
  - {id: sender, name_zh: 转出, name_en: sender, kinds: [education], roles: [case_owner]}
  - {id: receiver, name_zh: 接收, name_en: receiver, kinds: [civil_affairs], roles: [case_owner, village_director]}
  - {id: spare, name_zh: 备用, name_en: spare, kinds: [civil_affairs, education], roles: [case_owner]}
states:
  - {id: sent, name_zh: 已转出, name_en: sent, owner: sender}
  - {id: taken, name_zh: 已签收, name_en: taken, owner: receiver}
  - {id: closed, name_zh: 已办结, name_en: closed, owner: receiver, final: true}
transitions:
  - {id: take, name_zh: 签收, name_en: take, from: [sent], to: taken, by: [{seat: receiver, roles: [case_owner]}]}
  - {id: visit, name_zh: 走访, name_en: visit, from: [taken], by: [{seat: receiver, roles: [village_director]}]}
  - {id: close, name_zh: 办结, name_en: close, from: [taken], to: closed, by: [{seat: receiver, roles: [case_owner]}],
     reasons: [done], needs: [visit], waits_for: rest}
clocks:
  - {id: take, name_zh: 签收, name_en: take, runs_in: [sent], duty: receiver, span: {unit: working_days, value: 1},
     basis: proposed, escalations: [{id: superior, to: superior}]}
  - {id: close, name_zh: 办结, name_en: close, runs_in: [taken], duty: receiver, span: {unit: months, value: 2},
     basis: proposed, escalations: [{id: superior, to: superior}]}
  - {id: rest, name_zh: 观察, name_en: rest, kind: waiting, runs_in: [taken], duty: receiver,
     span: {unit: months, value: 1}, basis: proposed}
reasons: [{code: done, zh: 已办, en: done}]
"""

Spoil = Callable[[dict[str, Any]], object]


def pack() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(PACK)
    return content


def one(content: dict[str, Any], kind: str, id_: str) -> dict[str, Any]:
    found: dict[str, Any] = next(part for part in content[kind] if part["id"] == id_)
    return found


def state(content: dict[str, Any], id_: str, **change: object) -> None:
    new = {"id": id_, "name_zh": "状态", "name_en": "state", "owner": "receiver", **change}
    content["states"].append(new)


def transition(content: dict[str, Any], id_: str, **change: object) -> None:
    doers = [{"seat": "receiver", "roles": ["case_owner"]}]
    new = {"id": id_, "name_zh": "步骤", "name_en": "step", "from": ["taken"], "by": doers, **change}
    content["transitions"].append(new)


def dead_end(content: dict[str, Any]) -> None:
    state(content, "limbo")
    transition(content, "lose", to="limbo")
    transition(content, "turn", **{"from": ["limbo"]})
    one(content, "clocks", "close")["runs_in"].append("limbo")


def deadlock_of_needs(content: dict[str, Any]) -> None:
    transition(content, "phone", needs=["write"])
    transition(content, "write", needs=["phone"])


def seat_that_is_empty_on_one_way(content: dict[str, Any]) -> None:
    state(content, "lent", owner="spare")
    doers = [{"seat": "spare", "roles": ["case_owner"]}]
    transition(content, "lend", to="lent", by=doers)
    transition(content, "end", to="closed", takes=None, **{"from": ["lent"]})
    one(content, "clocks", "close")["runs_in"].append("lent")


def clock_that_only_stops(content: dict[str, Any]) -> None:
    one(content, "clocks", "close")["until"] = ["visit"]


def reporter_twice(content: dict[str, Any]) -> None:
    content["confidential_to"] = "spare"
    one(content, "transitions", "take")["takes"] = "spare"
    transition(content, "back", to="sent", by=[{"seat": "sender", "roles": ["case_owner"]}])


MUSEUM: dict[str, tuple[Spoil, str]] = {
    "unknown_member": (lambda p: p.update(surplus=1), "surplus"),
    "no_version": (lambda p: p.pop("version"), "version"),
    "no_legal_basis": (lambda p: p.update(legal_basis=[]), "legal_basis"),
    "region_too_long": (lambda p: p.update(region="5101070"), "region"),
    "state_twice": (lambda p: state(p, "taken"), "state taken stands twice"),
    "transition_twice": (lambda p: transition(p, "take"), "transition take stands twice"),
    "clock_twice": (lambda p: p["clocks"].append(p["clocks"][0]), "clock take stands twice"),
    "seat_twice": (lambda p: p["seats"].append(p["seats"][0]), "seat sender stands twice"),
    "reason_twice": (lambda p: p["reasons"].append(p["reasons"][0]), "reason done stands twice"),
    "unknown_initial_state": (lambda p: p.update(initial="nowhere"), "unknown state nowhere"),
    "unknown_state_in_a_transition": (lambda p: p["transitions"][0].update(to="nowhere"), "unknown state nowhere"),
    "unknown_state_in_a_clock": (lambda p: p["clocks"][0].update(runs_in=["nowhere"]), "unknown state nowhere"),
    "state_without_owner": (lambda p: p["states"][0].pop("owner"), "owner"),
    "unknown_owner": (lambda p: p["states"][1].update(owner="nobody"), "unknown seat nobody"),
    "unknown_doer": (lambda p: p["transitions"][0]["by"][0].update(seat="nobody"), "unknown seat nobody"),
    "transition_without_doer": (lambda p: p["transitions"][0].update(by=[]), "by"),
    "unknown_clock": (lambda p: p["transitions"][2].update(waits_for="tea"), "unknown clock tea"),
    "unknown_duty": (lambda p: p["clocks"][0].update(duty="nobody"), "unknown seat nobody"),
    "unknown_reason": (lambda p: p["transitions"][2].update(reasons=["mood"]), "unknown reason mood"),
    "unused_reason": (lambda p: p["transitions"][2].update(reasons=[]), "nobody gives the reason done"),
    "unknown_step": (lambda p: p["transitions"][2].update(needs=["dance"]), "unknown transition dance"),
    "step_that_needs_itself": (lambda p: p["transitions"][1].update(needs=["visit"]), "unknown transition visit"),
    "role_that_the_seat_lacks": (lambda p: p["opened_by"].update(roles=["duty_officer"]), "does not have"),
    "unknown_role": (lambda p: p["opened_by"].update(roles=["minister"]), "roles"),
    "opener_does_not_own": (lambda p: p["opened_by"].update(seat="spare"), "owns it first"),
    "first_state_is_final": (lambda p: p["states"][0].update(final=True), "first state is final"),
    "owner_s_seat_can_only_write": (lambda p: p["seats"][1].update(roles=["village_director"]), "a role|may look"),
    "unreachable_state": (lambda p: state(p, "island"), "island: the state can't be reached"),
    "state_without_exit": (dead_end, "limbo: there is no way to an end"),
    "steps_that_wait_for_each_other": (deadlock_of_needs, "can never happen"),
    "owner_is_handed_the_item": (
        lambda p: p["transitions"][0].update(by=[{"seat": "sender", "roles": ["case_owner"]}]),
        "take: the item passes to receiver without an act of receiver",
    ),
    "owner_may_be_handed_the_item": (
        lambda p: p["transitions"][0]["by"].append({"seat": "sender", "roles": ["case_owner"]}),
        "passes to receiver without an act",
    ),
    "office_named_into_the_owner_s_seat": (
        lambda p: p["transitions"][1].update(names="receiver"),
        "put into an owner's seat",
    ),
    "office_named_into_the_next_owner_s_seat": (
        lambda p: p["transitions"][0].update(names="receiver"),
        "put into an owner's seat",
    ),
    "seat_taken_while_the_item_leaves_it": (
        lambda p: p["transitions"][0].update(takes="sender"),
        "taken while the item leaves it",
    ),
    "seat_of_another_kind": (lambda p: p["transitions"][1].update(takes="sender"), "does not fit into the seat"),
    "owner_s_seat_empty_on_one_way": (seat_that_is_empty_on_one_way, "nobody sits in the"),
    "duty_of_an_empty_seat": (lambda p: p["clocks"][0].update(duty="spare"), "whose deadline it is"),
    "doer_s_seat_is_empty": (
        lambda p: p["transitions"][1].update(by=[{"seat": "spare", "roles": ["case_owner"]}]),
        "seat that does it",
    ),
    "state_without_deadline": (lambda p: p["clocks"].pop(1), "taken: the item can rest without a deadline"),
    "deadline_that_stops_while_the_item_rests": (clock_that_only_stops, "taken: the item can rest"),
    "clock_in_a_final_state": (lambda p: p["clocks"][1]["runs_in"].append("closed"), "clock runs in a final state"),
    "clock_stopped_by_what_can_t_happen": (
        lambda p: p["clocks"][0].update(until=["visit"]),
        "visit does not happen while it runs|rest without",
    ),
    "waiting_for_a_deadline": (lambda p: p["transitions"][2].update(waits_for="close"), "no waiting period"),
    "deadline_without_escalation": (lambda p: p["clocks"][0].update(escalations=[]), "a deadline is escalated"),
    "waiting_period_with_escalation": (
        lambda p: p["clocks"][2].update(escalations=[{"id": "superior", "to": "superior"}]),
        "a waiting period is not",
    ),
    "waiting_in_working_days": (
        lambda p: p["clocks"][2].update(span={"unit": "working_days", "value": 3}),
        "counted in hours, days or months",
    ),
    "escalation_twice": (
        lambda p: p["clocks"][0].update(escalations=[{"id": "up", "to": "superior"}, {"id": "up", "to": "lead_body"}]),
        "an escalation stands twice",
    ),
    "escalation_to_nobody": (lambda p: p["clocks"][0].update(escalations=[{"id": "up", "to": "press"}]), "escalations"),
    "unknown_unit": (lambda p: p["clocks"][0].update(span={"unit": "weeks", "value": 1}), "span"),
    "statutory_without_source": (lambda p: p["clocks"][0].update(basis="statutory"), "a rule has its source"),
    "statutory_on_an_unread_article": (
        lambda p: p["clocks"][0].update(basis="statutory", sources=[{"instrument": "某法", "verified": False}]),
        "an article that was read",
    ),
    "proposal_with_a_source": (
        lambda p: p["clocks"][0].update(sources=[{"instrument": "某法", "verified": True}]),
        "a proposal has none",
    ),
    "reporter_known_elsewhere": (lambda p: p.update(confidential_to="receiver"), "to no other"),
    "reporter_s_seat_is_filled_from_outside": (
        lambda p: (p.update(confidential_to="spare"), p["transitions"][0].update(names="spare")),
        "where the reporter is known",
    ),
    "reporter_s_seat_is_taken_more_than_once": (
        lambda p: (p.update(confidential_to="spare"), p["transitions"][1].update(takes="spare")),
        "where the reporter is known",
    ),
    "reporter_s_seat_is_taken_again_after_coming_back": (reporter_twice, "where the reporter is known"),
    "reporter_s_seat_is_taken": (
        lambda p: (
            p.update(confidential_to="sender"),
            p["seats"][0].update(kinds=["education", "civil_affairs"]),
            p["transitions"][1].update(takes="sender"),
        ),
        "where the reporter is known",
    ),
}


def test_the_pack_that_the_museum_spoils_is_good() -> None:
    assert Workflow.model_validate(pack()).id == parse_workflow(PACK.encode()).id == "W9"


@pytest.mark.parametrize("name", MUSEUM)
def test_bad_packs_are_refused(name: str) -> None:
    spoil, said = MUSEUM[name]
    content = pack()
    spoil(content)
    with pytest.raises(ValidationError, match=said):
        Workflow.model_validate(content)


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (b" " * (MAX_WORKFLOW_BYTES + 1), "too large"),
        (b"\xff", "not YAML"),
        (b"[1", "not YAML"),
        (b"!!python/object/apply:os.getcwd []", "not YAML"),
        (b"", "Workflow"),
        (PACK.replace("initial: sent", "initial: nowhere").encode(), "unknown state nowhere"),
    ],
)
def test_bad_files_are_refused(file: bytes, said: str) -> None:
    with pytest.raises(CatalogueError, match=said):
        parse_workflow(file)


@pytest.mark.parametrize("id_", ["P07", "W1", "W2", "W6"])
def test_nothing_in_the_bundled_packs_is_idle(id_: str) -> None:
    content = dict(read_catalogue("workflows/packs"))[id_]
    for kind in ("seats", "states"):
        for number in range(len(content[kind])):
            spoiled = copy.deepcopy(content)
            del spoiled[kind][number]
            with pytest.raises(ValidationError):
                Workflow.model_validate(spoiled)
