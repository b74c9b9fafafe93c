"""The two attribute catalogues: what an agency could release (class B), and what nobody ever does (class C).

They stand in two folders and give two closed types. What is parsed as `ReleasableId` can only be a name of the first:
a purpose, an agreement or a message that names an attribute of class C has no form in which it could be read.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, model_validator
from pydantic_core import CoreSchema, core_schema

from schemas.agency_kinds import AgencyKind
from schemas.catalogue_entry import CatalogueEntry, Text, validate_entry
from schemas.catalogue_files import CatalogueError, read_catalogue
from schemas.formats import AttributeId
from schemas.message import NEVER_RELEASED


class AttributeType(StrEnum):
    """What an attribute is before any transform."""

    BOOLEAN = "boolean"
    CODE = "code"
    DATE = "date"
    AGE = "age"
    REGION = "region"
    COUNT = "count"
    CONTACT = "contact"
    TOKEN = "token"  # noqa: S105 - a type of attribute
    TEXT = "text"
    LIST = "list"


class Sensitivity(StrEnum):
    """PIPL article 28: personal, sensitive by content, or sensitive because the child is under 14."""

    PERSONAL = "P"
    SENSITIVE = "S"
    SENSITIVE_UNDER_14 = "S14"


class AttributeCode(CatalogueEntry):
    """One value of a coded attribute."""

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    zh: Text
    en: Text


class _Attribute(CatalogueEntry):
    id: AttributeId
    name_zh: Text
    name_en: Text
    type: AttributeType
    sensitivity: Sensitivity
    holders: Annotated[tuple[AgencyKind, ...], Field(min_length=1)]


class ReleasableAttribute(_Attribute):
    """Class B (有条件共享): may be released in the form that a purpose names."""

    share_class: Annotated[Literal["B"], Field(alias="class")]
    codes: tuple[AttributeCode, ...] = ()

    @model_validator(mode="after")
    def _codes_fit_the_type(self) -> "ReleasableAttribute":
        if bool(self.codes) != (self.type is AttributeType.CODE):
            raise ValueError(f"{self.id}: codes belong to the type `code` and to no other")
        if len({code.code for code in self.codes}) != len(self.codes):
            raise ValueError(f"{self.id}: a code stands twice")
        if self.type in {AttributeType.TEXT, AttributeType.LIST}:
            raise ValueError(f"{self.id}: free text and lists have no minimising transform")
        return self


class WithheldAttribute(_Attribute):
    """Class C (不予共享): no purpose can name it as an output, and no agreement can contain it."""

    share_class: Annotated[Literal["C"], Field(alias="class")]


class _AttributeFile(CatalogueEntry):
    holders: tuple[AgencyKind, ...]
    attributes: tuple[dict[str, Any], ...]


_Entry = TypeVar("_Entry", bound=_Attribute)


@cache
def load_releasable() -> Mapping[str, ReleasableAttribute]:
    """Return the attributes of class B by id.

    Raises:
        CatalogueError: a file is malformed, holds an attribute of class C, or an id stands twice.
    """
    return _load("attributes", ReleasableAttribute)


@cache
def load_withheld() -> Mapping[str, WithheldAttribute]:
    """Return the attributes of class C by id; raises as `load_releasable`, also for an id that class B has."""
    withheld = _load("never_released", WithheldAttribute)
    for id_ in withheld:
        if id_ in load_releasable():
            raise CatalogueError(f"{id_} is both released and never released")
    return withheld


@cache
def load_attributes() -> Mapping[str, ReleasableAttribute | WithheldAttribute]:
    """Return all attributes by id, those of class B first; raises as `load_withheld`."""
    return MappingProxyType({**load_releasable(), **load_withheld()})


@cache
def never_released() -> frozenset[str]:
    """Return the ids of class C."""
    return frozenset(load_withheld())


@dataclass(frozen=True, slots=True)
class _NamesOf:
    """Makes a text a closed type: its values are the names of one catalogue, and no other text can be parsed."""

    catalogue: Callable[[], Collection[str]]
    fault: str
    sentence: str

    def __get_pydantic_core_schema__(self, _source: Any, _handler: Any) -> CoreSchema:
        names = core_schema.literal_schema(sorted(self.catalogue()))
        return core_schema.custom_error_schema(names, self.fault, custom_error_message=self.sentence)


ReleasableId = Annotated[str, _NamesOf(load_releasable, NEVER_RELEASED, "no attribute that may be released")]
"""The name of an attribute of class B. Class C is not among the values of this type."""

WithheldId = Annotated[str, _NamesOf(load_withheld, "not_class_c", "no attribute of class C")]
"""The name of an attribute of class C, for the lists of what a purpose never releases."""


def _load(folder: str, model: type[_Entry]) -> Mapping[str, _Entry]:
    found: dict[str, _Entry] = {}
    for name, content in read_catalogue(folder):
        file = validate_entry(_AttributeFile, name, content)
        for written in file.attributes:
            entry = validate_entry(model, name, {"holders": file.holders, **written})
            if entry.id in found:
                raise CatalogueError(f"{folder}/{name}.yaml: {entry.id} stands twice")
            found[entry.id] = entry
    return MappingProxyType(found)
