"""The catalogues' YAML files, which are part of the package."""

from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import yaml


def read_catalogue(folder: str) -> Iterator[tuple[str, Any]]:
    """Yield name (without suffix) and parsed content of each YAML file of `schemas/<folder>/`, by name."""
    for file in sorted(files("schemas").joinpath(folder).iterdir(), key=lambda found: found.name):
        if file.name.endswith(".yaml"):
            yield file.name.removesuffix(".yaml"), yaml.safe_load(file.read_text(encoding="utf-8"))
