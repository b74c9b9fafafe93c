"""Reads a catalogue entry from a file that an agency wrote itself, as strictly as those of the package."""

from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from schemas.attribute_catalogue import DECLARED_NAMES, CatalogueEntry
from schemas.catalogue_files import CatalogueError

Entry = TypeVar("Entry", bound=CatalogueEntry)


def parse_catalogue(model: type[Entry], file: bytes, max_bytes: int) -> Entry:
    """Return the entry in a YAML file.

    Raises:
        CatalogueError: larger than `max_bytes`, not YAML, or not a sound entry. It says where, never quotes.
    """
    if len(file) > max_bytes:
        raise CatalogueError(f"{model.__name__}: the file is too large")
    try:
        written = yaml.safe_load(file)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        raise CatalogueError(f"{model.__name__}: the file is not YAML") from None
    return validate_entry(model, model.__name__, written)


def validate_entry(model: type[Entry], file: str, written: Any) -> Entry:
    """Return the entry that was written in a file with this name.

    Raises:
        CatalogueError: not a sound entry. It says where in which file, and never quotes a value.
    """
    try:
        return model.model_validate(written)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        # A name that the writer chose is not repeated.
        steps = (str(step) for step in first["loc"] if isinstance(step, int) or step in DECLARED_NAMES)
        raise CatalogueError(f"{file}: {'/'.join(steps)}: {first['msg']}") from None
