"""What spares tests the time that apps take to be made: many make one of their own, all with the same pages."""

from collections.abc import Callable
from functools import cache
from typing import Any

from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule


class KeptTemplates(BytecodeCache):
    """Templates as they were translated once in this process."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


class LateRule(Rule):
    """A route that is compiled for building its address when somebody asks for it: of a hundred few are asked for."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., Any]:
        compile_now = super()._compile_builder

        @cache
        def builder() -> Callable[..., Any]:
            return compile_now(append_unknown)

        def build(rule: Rule, **values: Any) -> Any:
            return builder()(rule, **values)

        return build
