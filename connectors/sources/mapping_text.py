"""YAML 1.1 of a mapping file, read strictly: no aliases, no field twice, and every field knows its line."""

from pathlib import Path
from typing import Any, Final

import yaml

from connectors.sources.errors import SourceError

MAX_MAPPING_BYTES: Final = 64 * 1024


class _StrictLoader(yaml.SafeLoader):
    """The safe loader without aliases (they can grow without bound) and without silent overwriting."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise SourceError("mapping_alias", row=None if parent is None else parent.start_mark.line + 1)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        seen: set[str] = set()
        for key, _ in node.value:
            row = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise SourceError("mapping_field_invalid", row=row)
            if key.value in seen:
                raise SourceError("mapping_duplicate_field", row=row)
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)


def read_mapping_text(path: Path) -> tuple[str, object]:
    """Return the text and what it says.

    Raises:
        SourceError: `file_missing`, `mapping_too_large`, `mapping_not_yaml`, `mapping_alias`,
            `mapping_duplicate_field`; with the line where there is one.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_MAPPING_BYTES + 1)
    except OSError:
        raise SourceError("file_missing") from None
    if len(data) > MAX_MAPPING_BYTES:
        raise SourceError("mapping_too_large")
    try:
        text = data.decode("utf-8-sig")
        return text, yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - a subclass of the safe loader
    except yaml.MarkedYAMLError as error:
        row = error.problem_mark.line + 1 if error.problem_mark else None
        raise SourceError("mapping_not_yaml", row=row) from None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        raise SourceError("mapping_not_yaml") from None


def line_of(text: str, field: tuple[str, ...]) -> int | None:
    """Return the line of the innermost part of `field` that is written in `text`."""
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    line = None if node is None else node.start_mark.line + 1
    for part in field:
        if not isinstance(node, yaml.MappingNode):
            continue
        for key, value in node.value:
            if key.value == part:
                line, node = key.start_mark.line + 1, value
                break
    return line
