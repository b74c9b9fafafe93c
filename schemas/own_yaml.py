"""Reads the YAML texts that are part of the program, by the parser written in C where PyYAML was built with it.

It reads the same language in a tenth of the time, and every command begins with reading some of them.
"""

from typing import Any, Final

import yaml

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def parse_own_yaml(text: str | bytes) -> Any:
    """Return what `text` says; raises yaml.YAMLError."""
    return yaml.load(text, _LOADER)  # noqa: S506 - a safe loader
