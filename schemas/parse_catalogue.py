"""Reads a catalogue entry from a file that an agency wrote itself, as strictly as those of the package."""

import yaml

from schemas.catalogue_entry import Entry, validate_entry
from schemas.catalogue_files import CatalogueError


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
