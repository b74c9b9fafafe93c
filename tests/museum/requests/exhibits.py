"""The museum's catalogue: every bad request, read from the tables beside this file, with its own marked identifiers."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemas.own_yaml import parse_own_yaml
from schemas.problem import ProblemCode
from tests.museum.requests.canaries import Canary

ROOMS = ("bodies", "values", "runs", "envelopes", "registers", "http", "provider")

_WORDS = frozenset(
    {"name", "as", "by", "body", "envelope", "relay", "http", "code", "at", "leaf", "unread"}
    | {"grant", "grant_key", "proofs"}
    | {"agreement", "agreement_provider", "agreement_key", "agreement_signs"}
    | {"statement", "statement_key", "statement_agreement"}
)


@dataclass(frozen=True)
class Exhibit:
    """One bad request: what it begins as, what is done to it, and how it must be refused."""

    number: int
    room: str
    plan: Mapping[str, Any]
    canary: Canary

    @property
    def name(self) -> str:
        """What is wrong with it."""
        return str(self.plan["name"])

    @property
    def code(self) -> ProblemCode:
        """The refusal that is due."""
        return ProblemCode(self.plan["code"])

    @property
    def pointer(self) -> str | None:
        """The place that the refusal must name; None where the table names none."""
        return self.plan.get("at")

    @property
    def is_to_connector(self) -> bool:
        """Whether it goes to a provider's connector and not to the gateway."""
        return self.room == "provider"

    @property
    def is_unread(self) -> bool:
        """Whether the HTTP server refuses it before the application sees it."""
        return bool(self.plan.get("unread"))

    @property
    def leaves_leaf(self) -> bool:
        """Whether the gateway must have logged the refusal."""
        return not (self.is_to_connector or self.is_unread or self.plan.get("leaf") == "none")


def load_exhibits() -> list[Exhibit]:
    """Return all exhibits, numbered in the order of the tables."""
    folder = Path(__file__).parent
    found = [
        (room, plan)
        for room in ROOMS
        for plan in parse_own_yaml((folder / f"{room}.yaml").read_text(encoding="utf-8"))
    ]
    return [_exhibit(number, room, plan) for number, (room, plan) in enumerate(found)]


def _exhibit(number: int, room: str, plan: Mapping[str, Any]) -> Exhibit:
    if not plan.keys() <= _WORDS:
        raise ValueError(f"{room}: {plan.get('name')} has words that nobody understands")
    canary = Canary.numbered(number)
    return Exhibit(number, room, filled(plan, canary), canary)


def filled(value: Any, canary: Canary) -> Any:
    """Return what a table says with the canary's identifiers in the places marked for them."""
    match value:
        case str():
            return canary.fill(value)
        case dict():
            return {canary.fill(str(key)): filled(content, canary) for key, content in value.items()}
        case list():
            return [filled(content, canary) for content in value]
    return value
