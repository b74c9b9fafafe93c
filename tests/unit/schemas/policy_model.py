"""A slow model of the decision, written from docs/reference/policy.md over plain dicts; it imports nothing of ours.

Every rule is looked at, whatever the others say; the refusing one with the smallest number decides.

    agreement: the members of the signed document, and `digest` and `state`
    request: type, issuer, agreement, purpose, region, case, officer, approver, emergency, provider, records,
        attributes, counties
    purposes: purpose by id, as its YAML file states it; class_c: ids; now: microseconds since 1970
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

SCHEMAS = Path(__file__).parents[3] / "schemas"
MICROSECONDS = 1_000_000
GROUPS = {2: (2,), 4: (2, 2), 6: (2, 2, 2), 9: (2, 2, 2, 3), 12: (2, 2, 2, 3, 3)}


class World(NamedTuple):
    agreements: Mapping[str, Mapping[str, Any]]
    purposes: Mapping[str, Mapping[str, Any]]
    class_c: frozenset[str]
    now: int


class Facts(NamedTuple):
    request: Mapping[str, Any]
    agreement: Mapping[str, Any]
    purpose: Mapping[str, Any]
    class_c: frozenset[str]
    now: int


class Rule(NamedTuple):
    clause: str
    code: str
    asks: Callable[[Facts], bool]
    is_fulfilled: Callable[[Facts], bool]


def catalogue_purposes() -> dict[str, Any]:
    files = (SCHEMAS / "purposes").glob("*.yaml")
    return {file.stem: yaml.safe_load(file.read_text(encoding="utf-8")) for file in files}


def catalogue_class_c() -> frozenset[str]:
    files = (SCHEMAS / "never_released").glob("*.yaml")
    listed = [entry for file in files for entry in yaml.safe_load(file.read_text(encoding="utf-8"))["attributes"]]
    return frozenset(entry["id"] for entry in listed if entry["class"] == "C")


def groups_of(code: str) -> list[str] | None:
    """Return province, prefecture, county, township, village as far as the code goes, or None for no region code."""
    if len(code) not in GROUPS or not all(digit in "0123456789" for digit in code) or code[0] == "0":
        return None
    rest, groups = code, []
    for length in GROUPS[len(code)]:
        groups.append(rest[:length])
        rest = rest[length:]
    while len(groups) > 1 and int(groups[-1]) == 0:
        groups.pop()
    return groups


def lies_in(region: str, scopes: list[str]) -> bool:
    inner = groups_of(region)
    outer = [groups_of(scope) for scope in scopes]
    return inner is not None and any(scope is not None and inner[: len(scope)] == scope for scope in outer)


QUESTIONS = ["evaluate", "match.part", "match", "match.review", "exchange", "statistics"]
QUESTIONS += ["parents.resolve", "parents.open"]
REQUESTERS_STEPS = ["board.open", "board.activate"]
PROVIDERS_STEPS = ["board.share", "board.part", "board.turn", "board.read", "board.evaluate"]


def always(_: Facts) -> bool:
    return True


def asks_attributes(facts: Facts) -> bool:
    kinds = ("match", "exchange", "statistics", "parents.open")
    return facts.request["type"] in kinds or len(facts.request["attributes"]) > 0


def sender_of(facts: Facts) -> str:
    return "provider" if facts.request["type"] in PROVIDERS_STEPS else "requester"


def outputs(facts: Facts) -> list[str]:
    return [output["attribute"] for output in facts.purpose["outputs"]]


def faulty_attribute(facts: Facts) -> str | None:
    """Return the code of the first attribute that fulfils not both of rules 18 and 19."""
    for name in facts.request["attributes"]:
        if name in facts.class_c:
            return "attribute_never_released"
        if not (name in facts.agreement["attributes"] and name in outputs(facts)):
            return "attribute_not_agreed"
    return None


RULES = (
    Rule("agreement", "no_agreement", always, lambda f: f.agreement["digest"] == f.request["agreement"]),
    Rule("purpose", "purpose_unknown", always, lambda f: f.purpose.get("status") == "working"),
    Rule(
        "message",
        "wrong_message_type",
        always,
        lambda f: f.request["type"] in [*QUESTIONS, *REQUESTERS_STEPS, *PROVIDERS_STEPS],
    ),
    Rule(
        "parties",
        "not_a_party",
        always,
        lambda f: (
            f.agreement[sender_of(f)]["agency"] == f.request["issuer"]
            and f.agreement["provider"]["agency"] == f.request["provider"]
        ),
    ),
    Rule("state", "agreement_not_active", always, lambda f: f.agreement["state"] == "active"),
    Rule("valid_from", "agreement_not_started", always, lambda f: f.agreement["valid_from"] * MICROSECONDS <= f.now),
    Rule("valid_until", "agreement_expired", always, lambda f: f.now < f.agreement["valid_until"] * MICROSECONDS),
    Rule("purpose", "purpose_differs", always, lambda f: f.request["purpose"] == f.agreement["purpose"]),
    Rule(
        "purpose_version",
        "purpose_differs",
        always,
        lambda f: f.purpose.get("version") == f.agreement["purpose_version"],
    ),
    Rule("officer", "officer_missing", always, lambda f: bool(f.request["officer"])),
    Rule(
        "case_number_required",
        "case_number_missing",
        lambda f: f.agreement["case_number_required"],
        lambda f: bool(f.request["case"]),
    ),
    Rule(
        "approval",
        "approval_missing",
        lambda f: f.agreement["approval"] == "second_person",
        lambda f: bool(f.request["approver"]) and f.request["approver"] != f.request["officer"],
    ),
    Rule(
        "emergency",
        "emergency_reason_missing",
        lambda f: "emergency" in f.purpose.get("approvals", {}),
        lambda f: f.request["emergency"] is not None,
    ),
    Rule(
        "emergency",
        "emergency_not_agreed",
        lambda f: "emergency" not in f.purpose.get("approvals", {}) and f.request["emergency"] is not None,
        lambda f: False,
    ),
    Rule("regions", "region_missing", always, lambda f: f.request["region"] is not None),
    Rule(
        "regions",
        "region_not_agreed",
        always,
        lambda f: all(
            lies_in(region or "", f.agreement["regions"])
            for region in [f.request["region"], *(county for county in f.request["counties"] if county is not None)]
        ),
    ),
    Rule("attributes", "attribute_not_agreed", asks_attributes, lambda f: len(f.request["attributes"]) > 0),
    Rule(
        "attributes",
        "attribute_never_released",
        asks_attributes,
        lambda f: faulty_attribute(f) != "attribute_never_released",
    ),
    Rule(
        "attributes", "attribute_not_agreed", asks_attributes, lambda f: faulty_attribute(f) != "attribute_not_agreed"
    ),
    Rule(
        "max_batch",
        "batch_too_large",
        lambda f: f.request["type"] != "evaluate",
        lambda f: f.request["records"] <= f.agreement["max_batch"],
    ),
)

RULES_OF_STEPS = (*RULES[:9], *RULES[16:19])


def decide_slowly(request: Mapping[str, Any], world: World) -> tuple[str, ...]:
    """Return ("permit", digest, clause, ...) or ("deny", code, clause)."""
    agreement = world.agreements.get(request["agreement"])
    if agreement is None:
        return "deny", "no_agreement", "agreement"
    purpose = world.purposes.get(agreement["purpose"], {"outputs": []})
    facts = Facts(request, agreement, purpose, world.class_c, world.now)
    is_step = request["type"] in [*REQUESTERS_STEPS, *PROVIDERS_STEPS]
    asking = [rule for rule in (RULES_OF_STEPS if is_step else RULES) if rule.asks(facts)]
    refusing = [rule for rule in asking if not rule.is_fulfilled(facts)]
    if refusing:
        return "deny", refusing[0].code, refusing[0].clause
    clauses = dict.fromkeys(rule.clause for rule in asking)
    # In the table's order, where rule 8 also asks of the purpose what rule 2 has asked before.
    clauses.pop("purpose")
    ordered = list(clauses)
    ordered.insert(ordered.index("purpose_version"), "purpose")
    return "permit", agreement["digest"], *ordered
