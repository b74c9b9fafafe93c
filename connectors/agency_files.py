"""An agency that somebody adds: its register and what follows from it as data, with a file of derivation functions.

`agencies/<kind>.yaml` in the folder of added catalogue files says what the register holds and which attribute follows
from which of its fields; the functions stand beside it in `agencies/<kind>.py`. Nothing else of this program changes.
"""

import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from connectors.data_sets import DataSet, Derivation, Record
from connectors.data_sets import Field as DataSetField
from connectors.sources.identity_parts import IdentityPart
from schemas.agency_kinds import AgencyKind
from schemas.attribute_catalogue import ReleasableId, load_releasable
from schemas.catalogue_entry import CatalogueEntry, Text, validate_entry
from schemas.catalogue_files import CatalogueError, added_folder, read_added

AGENCIES_FOLDER: Final = "agencies"
OTHERS_MAY_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH

_Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
_Derive = Callable[[Record, date], object | None]


class _Field(CatalogueEntry):
    name: _Name
    name_zh: Text
    kind: Literal["citizen_id", "person_name", "date", "month", "sex", "region", "phone", "count", "text"]
    required: bool = False
    part: IdentityPart | None = None
    aliases_zh: tuple[Text, ...] = ()


class _Derived(CatalogueEntry):
    attribute: ReleasableId
    fields_used: Annotated[tuple[_Name, ...], Field(min_length=1)]
    function: _Name


class _DataSet(CatalogueEntry):
    name: _Name
    name_zh: Text
    name_en: Text
    fields: Annotated[tuple[_Field, ...], Field(min_length=2, max_length=64)]


class _AgencyFile(CatalogueEntry):
    kind: AgencyKind
    data_set: _DataSet
    derivations: Annotated[tuple[_Derived, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _sound(self) -> Self:
        names = [field.name for field in self.data_set.fields]
        attributes = [derived.attribute for derived in self.derivations]
        if len(set(names)) != len(names) or len(set(attributes)) != len(attributes):
            raise ValueError("a field or an attribute stands twice")
        if not {"name", "citizen_id"} & {field.part for field in self.data_set.fields}:
            raise ValueError("no field says who the child is")
        for derived in self.derivations:
            if not set(names) >= set(derived.fields_used):
                raise ValueError(f"{derived.attribute} uses a field that the register does not have")
            if self.kind not in load_releasable()[derived.attribute].holders:
                raise ValueError(f"{derived.attribute} is not held by {self.kind.value}")
        return self


@dataclass(frozen=True, slots=True)
class AddedAgency:
    """What an agency's own files say: its register, and how each attribute follows from a row of it."""

    register: DataSet
    derivations: Mapping[str, Derivation]


def find_added_agency(kind: AgencyKind) -> AddedAgency | None:
    """Return the agency of a kind that the folder of added catalogue files describes, or None.

    Raises:
        CatalogueError: a file is malformed, contradicts the catalogues, lacks a function that it names, or holds code
            that others than its owner could have written.
    """
    folder = added_folder()
    path = None if folder is None else folder / AGENCIES_FOLDER / f"{kind.value}.yaml"
    return _load(path, kind) if path is not None and path.is_file() else None


@cache
def _load(path: Path, kind: AgencyKind) -> AddedAgency:
    described = validate_entry(_AgencyFile, path.name, read_added(path))
    if described.kind is not kind:
        raise CatalogueError(f"{path.name} describes {described.kind.value}")
    register = _data_set(described.data_set)
    module = _load_functions(path.with_suffix(".py"), kind)
    derivations = {one.attribute: _derivation(one, register, module) for one in described.derivations}
    return AddedAgency(register, MappingProxyType(derivations))


def _data_set(written: _DataSet) -> DataSet:
    fields = tuple(DataSetField(**field.model_dump()) for field in written.fields)
    return DataSet(written.name, written.name_zh, written.name_en, fields)


def _derivation(derived: _Derived, register: DataSet, module: ModuleType) -> Derivation:
    function: _Derive | None = getattr(module, derived.function, None)
    if function is None:
        raise CatalogueError(f"{module.__name__}: there is no function {derived.function}")
    shown = frozenset(derived.fields_used)
    return Derivation(derived.attribute, register.name, derived.fields_used, _seeing(function, shown))


def _seeing(function: _Derive, shown: frozenset[str]) -> _Derive:
    """A function is handed the fields that it is said to use, and who the child is, and no others."""

    def derive(record: Record, today: date) -> object | None:
        values = {name: value for name, value in record.values.items() if name in shown}
        return function(replace(record, values=MappingProxyType(values)), today)

    return derive


def _load_functions(path: Path, kind: AgencyKind) -> ModuleType:
    if not path.is_file():
        raise CatalogueError(f"{path.name} 不存在 / is missing")
    if path.stat().st_mode & OTHERS_MAY_WRITE:
        raise CatalogueError(f"{path.name} 可被他人改写，请 chmod go-w / others can write it: chmod go-w")
    spec = spec_from_file_location(f"tongxin_added_{kind.value}", path)
    if spec is None or spec.loader is None:
        raise CatalogueError(f"{path.name} is no Python file")
    module = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (SyntaxError, ImportError, NameError, AttributeError):
        raise CatalogueError(f"{path.name} can't be loaded") from None
    return module
