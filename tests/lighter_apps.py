"""What spares tests the time that apps take to be made: many make one of their own, all with the same pages."""

from collections.abc import Callable, Hashable
from functools import cache
from typing import Any, Final

from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import BaseConverter, Rule
from werkzeug.routing.rules import RulePart


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
    """A route whose pattern is parsed once in this process, for all apps that have it.

    For building its address it is compiled when somebody asks for that: of a hundred few are asked for.
    """

    _kept: Final[dict[Hashable, tuple[list[RulePart], list[tuple[bool, str]], dict[str, BaseConverter]]]] = {}

    def compile(self) -> None:
        """Parse the pattern, or take over what was parsed of the same one under the same settings."""
        assert self.map is not None
        converters = tuple(self.map.converters.items())
        key = (self.rule, self.subdomain, self.host, self.map.host_matching, self.merge_slashes, converters)
        if key not in self._kept:
            super().compile()
            self._kept[key] = (self._parts, self._trace, self._converters)
            return
        self._parts, self._trace, self._converters = self._kept[key]
        self.arguments.update(self._converters)
        self._build = self._compile_builder(append_unknown=False).__get__(self, None)
        self._build_unknown = self._compile_builder(append_unknown=True).__get__(self, None)

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., Any]:
        compile_now = super()._compile_builder

        @cache
        def builder() -> Callable[..., Any]:
            return compile_now(append_unknown)

        def build(rule: Rule, **values: Any) -> Any:
            return builder()(rule, **values)

        return build
