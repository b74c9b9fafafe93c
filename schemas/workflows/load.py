"""The workflows of the package, and those that an agency or region writes itself."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from schemas.catalogue_entry import validate_entry
from schemas.catalogue_files import CatalogueError, read_catalogue
from schemas.parse_catalogue import parse_catalogue
from schemas.workflows.rule_pack import Workflow

MAX_WORKFLOW_BYTES: Final = 131_072
"""Largest file of a workflow that is read."""


@cache
def load_workflows() -> Mapping[str, Workflow]:
    """Return the workflows of `schemas/workflows/packs/` by id.

    Raises:
        CatalogueError: a file is malformed or not sound, or its name is not its workflow's id.
    """
    found = {name: validate_entry(Workflow, name, content) for name, content in read_catalogue("workflows/packs")}
    for name, workflow in found.items():
        if workflow.id != name:
            raise CatalogueError(f"{name}.yaml describes {workflow.id}")
    return MappingProxyType(found)


def parse_workflow(file: bytes) -> Workflow:
    """Return the workflow in a region's own YAML file, in the form of the package's.

    Raises:
        CatalogueError: too large, not YAML, or not a sound workflow.
    """
    return parse_catalogue(Workflow, file, MAX_WORKFLOW_BYTES)
