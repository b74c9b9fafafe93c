"""Key sets as data: which linkage keys are made, and what agreeing keys tell about each attribute of two records.

A key combines several attributes. One that is made of a single attribute is refused here, unless that attribute is a
number of one person: the commonest surname or county would show in how often its hash occurs.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from schemas.own_yaml import parse_own_yaml

MAX_KEY_TYPES: Final = 31
"""A key type's code is a bit of a mask of 32 bits."""

FLAG_MARK: Final = "!"
NUMBER_SUFFIX: Final = "_number"

Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.]{0,30}$")]
KeyReference = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.]{0,30}(![a-z0-9]{1,20})?$")]
"""A key type, or `type!flag` for its flagged form; where groups are allowed also the name of a group."""

Text = Annotated[str, Field(min_length=1, max_length=80)]
Level = Annotated[int, Field(ge=0, le=15)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class KeyTypeDefinition(_Strict):
    """What a linkage key is made of, and what it proves; see the head of `key_sets/G.yaml`."""

    name: Name
    code: Annotated[int, Field(ge=1, le=MAX_KEY_TYPES)]
    parts: Annotated[tuple[Name, ...], Field(min_length=1, max_length=6)]
    flag: Name | None = None
    proves: Literal["alone", "together"]
    relation: bool = False


class LevelRule(_Strict):
    """One rule of a component of the comparison vector."""

    level: Level
    agree: tuple[KeyReference, ...] = ()
    given: tuple[KeyReference, ...] = ()
    hold: tuple[Name, ...] = ()
    zh: Text
    en: Text


class Component(_Strict):
    """One component of the comparison vector."""

    name: Name
    zh: Text
    en: Text
    rules: Annotated[tuple[LevelRule, ...], Field(min_length=1)]


class ComponentLevel(_Strict):
    """A component at a level."""

    component: Name
    level: Level


class Rarity(_Strict):
    """The key whose group size tells how rare a shared value is: upper ends of `alone` and `small`, in pairs."""

    key_type: Name
    within: tuple[int, int]
    across: tuple[int, int]


class KeySet(_Strict):
    """Which linkage keys two agencies agree to make, and how they are compared. Any change is a new version."""

    name: Name
    version: Annotated[int, Field(ge=1)]
    parts: tuple[Name, ...]
    numbers: tuple[Name, ...]
    key_types: Annotated[tuple[KeyTypeDefinition, ...], Field(min_length=1, max_length=MAX_KEY_TYPES)]
    groups: Mapping[Name, tuple[KeyReference, ...]] = MappingProxyType({})
    settled_by: Annotated[tuple[Name, ...], Field(min_length=2)]
    without_model: tuple[tuple[tuple[KeyReference, ...], ...], ...]
    contradicted_by: ComponentLevel
    availability: Mapping[Name, tuple[Name, ...]]
    rarity: Rarity | None = None
    comparison: Annotated[tuple[Component, ...], Field(min_length=1)]

    @property
    def id(self) -> str:
        """What an agreement calls it, such as `G/1`."""
        return f"{self.name}/{self.version}"

    @property
    def evidence(self) -> tuple[KeyTypeDefinition, ...]:
        """The key types that tell whether two records are one child; relations are none of them."""
        return tuple(defined for defined in self.key_types if not defined.relation)

    def find_key_type(self, name: str) -> KeyTypeDefinition | None:
        """Return the key type of this name, or None."""
        return next((defined for defined in self.key_types if defined.name == name), None)

    def expand(self, references: tuple[str, ...]) -> tuple[str, ...]:
        """Return references with the names of groups replaced by what is in them."""
        return tuple(part for reference in references for part in self.groups.get(reference, (reference,)))

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if not all(number in self.parts and number.endswith(NUMBER_SUFFIX) for number in self.numbers):
            raise ValueError("a number of one person is a part whose name ends in _number")
        for defined in self.key_types:
            _check_parts(self, defined)
        if len({d.name for d in self.key_types}) + len({d.code for d in self.key_types}) != 2 * len(self.key_types):
            raise ValueError("a name or a code stands twice")
        known = {d.name for d in self.evidence} | {f"{d.name}{FLAG_MARK}{d.flag}" for d in self.evidence if d.flag}
        for references in _references(self):
            if not known.issuperset(self.expand(references)):
                raise ValueError("a rule names a key type that is not declared as evidence")
        return self


def _check_parts(key_set: KeySet, defined: KeyTypeDefinition) -> None:
    if not set(key_set.parts).issuperset(defined.parts) or len(set(defined.parts)) != len(defined.parts):
        raise ValueError(f"{defined.name}: unknown or repeated parts")
    if len(defined.parts) == 1 and defined.parts[0] not in key_set.numbers:
        raise ValueError(f"{defined.name}: a key of a single attribute")


def _references(key_set: KeySet) -> list[tuple[str, ...]]:
    rules = [rule for component in key_set.comparison for rule in component.rules]
    return [
        key_set.settled_by,
        *key_set.groups.values(),
        *key_set.availability.values(),
        *(group for line in key_set.without_model for group in line),
        *(references for rule in rules for references in (rule.agree, rule.given, rule.hold)),
    ]


def read_key_set(text: str) -> KeySet:
    """Return the key set that a YAML text declares.

    Raises:
        pydantic.ValidationError: it is not sound, or declares a key of a single attribute.
    """
    content: Any = parse_own_yaml(text)
    return KeySet.model_validate(content)


@cache
def load_key_set(name: str) -> KeySet:
    """Return a key set that is part of the program, such as `G`. Raises FileNotFoundError."""
    return read_key_set(files("schemas").joinpath("key_sets", f"{name}.yaml").read_text(encoding="utf-8"))
