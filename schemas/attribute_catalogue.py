"""The attribute catalogue: everything that an agency could release, and what nobody ever does (class C)."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from schemas.agency_kinds import AgencyKind
from schemas.catalogue_files import read_catalogue
from schemas.formats import AttributeId

Text = Annotated[str, Field(min_length=1, max_length=200)]


class CatalogueError(ValueError):
    """A catalogue file contradicts itself or another one."""


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


class CatalogueEntry(BaseModel):
    """What all parts of the catalogues share: frozen, nothing unknown."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, populate_by_name=True)


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


Attribute = Annotated[ReleasableAttribute | WithheldAttribute, Field(discriminator="share_class")]


class _AttributeFile(CatalogueEntry):
    attributes: tuple[Attribute, ...]


@cache
def load_attributes() -> Mapping[str, ReleasableAttribute | WithheldAttribute]:
    """Return all attributes by id.

    Raises:
        CatalogueError: an id stands twice.
        pydantic.ValidationError: a file is malformed.
    """
    found: dict[str, ReleasableAttribute | WithheldAttribute] = {}
    for name, content in read_catalogue("attributes"):
        holders = content.pop("holders")
        content["attributes"] = [{"holders": holders, **entry} for entry in content["attributes"]]
        for attribute in _AttributeFile.model_validate(content).attributes:
            if attribute.id in found:
                raise CatalogueError(f"{name}: {attribute.id} stands twice in the attribute catalogue")
            found[attribute.id] = attribute
    return MappingProxyType(found)


@cache
def never_released() -> frozenset[str]:
    """Return the ids of class C."""
    return frozenset(id_ for id_, found in load_attributes().items() if isinstance(found, WithheldAttribute))
