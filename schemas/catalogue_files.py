"""The catalogues' YAML files: those of the package, and those that an operator adds in a folder of its own."""

import os
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

import yaml

from schemas.own_yaml import parse_own_yaml

CATALOGUE_VARIABLE: Final = "TONGXIN_CATALOGUE"
"""Environment variable with the folder of added catalogue files; the same at the gateway and at both agencies."""

MAX_CATALOGUE_FILE_BYTES: Final = 256 * 1024
"""Largest added catalogue file that is read."""


class CatalogueError(ValueError):
    """A catalogue file contradicts itself or another one."""


def read_catalogue(folder: str) -> Iterator[tuple[str, Any]]:
    """Yield name (without suffix) and parsed content of each YAML file of a catalogue, the package's first.

    Args:
        folder: below `schemas/` and below the added folder, such as `purposes`.

    Raises:
        CatalogueError: there is no added folder where the variable says, an added file is too large, is not YAML, or
            bears the name of one that is there already: what the package says is added to, never replaced.
    """
    found = set()
    for file in _yaml_files(files("schemas").joinpath(folder)):
        found.add(file.name)
        yield file.name.removesuffix(".yaml"), parse_own_yaml(file.read_bytes())
    added = added_folder()
    for file in _yaml_files(added / folder) if added is not None else ():
        if file.name in found:
            raise CatalogueError(f"{folder}/{file.name}: the catalogue has a file of this name")
        yield file.name.removesuffix(".yaml"), read_added(Path(str(file)))


def added_folder() -> Path | None:
    """Return the folder of added catalogue files, None where there is none.

    Raises:
        CatalogueError: the variable names no folder.
    """
    name = os.environ.get(CATALOGUE_VARIABLE)
    if not name:
        return None
    if not Path(name).is_dir():
        raise CatalogueError(f"{CATALOGUE_VARIABLE} 所指的文件夹不存在 / names no folder")
    return Path(name)


def read_added(file: Path) -> Any:
    """Return what an added YAML file says.

    Raises:
        CatalogueError: too large, or not YAML.
    """
    if file.stat().st_size > MAX_CATALOGUE_FILE_BYTES:
        raise CatalogueError(f"{file.name}: the file is too large")
    try:
        return parse_own_yaml(file.read_bytes())
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        raise CatalogueError(f"{file.name}: the file is not YAML") from None


def _yaml_files(folder: Traversable) -> list[Traversable]:
    if not folder.is_dir():
        return []
    return sorted((file for file in folder.iterdir() if file.name.endswith(".yaml")), key=lambda file: file.name)
