"""Reads a catalogue entry from a file that an agency wrote itself, as strictly as those of the package."""

from typing import TypeVar

import yaml
from pydantic import ValidationError

from schemas.attribute_catalogue import CatalogueEntry
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
        return model.model_validate(yaml.safe_load(file))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        raise CatalogueError(f"{model.__name__}: the file is not YAML") from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = "/".join(str(step) for step in first["loc"] if isinstance(step, int) or step in model.model_fields)
        raise CatalogueError(f"{model.__name__}: {place}: {first['msg']}") from None
