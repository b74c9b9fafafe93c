"""What spares tests the time of putting statements into SQL: each test has a database, and all say the same to it."""

from collections.abc import Hashable, Mapping
from typing import Any, Final

import pytest
from sqlalchemy import URL, Engine, Pool
from sqlalchemy.engine import Dialect
from sqlalchemy.util import LRUCache

_STATEMENTS: Final = 2_000
"""More than the programs have together; tables that a single test makes leave again."""


class KeptStatements:
    """Statements as they were put into SQL once in this process, for all engines of one kind."""

    _kept: Final[LRUCache[Any, Any]] = LRUCache(_STATEMENTS)

    def __init__(self, dialect: Dialect) -> None:
        self._kind = (type(dialect), dialect.paramstyle)

    def get(self, key: tuple[Hashable, ...]) -> Any:
        """Return what is kept, or None. The key begins with the engine's own dialect, which is of no matter."""
        return self._kept.get((self._kind, *key[1:]))

    def __setitem__(self, key: tuple[Hashable, ...], statement: object) -> None:
        self._kept[(self._kind, *key[1:])] = statement


def keep_statements(patch: pytest.MonkeyPatch) -> None:
    """Let all engines of a kind share what they put into SQL."""
    make = Engine.__init__

    # SQLAlchemy looks at the names of these parameters to learn which options an engine takes.
    def make_sharing(
        self: Engine,
        pool: Pool,
        dialect: Dialect,
        url: URL,
        logging_name: str | None = None,
        echo: Any = None,
        query_cache_size: int = 500,
        execution_options: Mapping[str, Any] | None = None,
        hide_parameters: bool = False,
    ) -> None:
        make(self, pool, dialect, url, logging_name, echo, query_cache_size, execution_options, hide_parameters)
        if self._compiled_cache is not None:
            self._compiled_cache = KeptStatements(dialect)  # type: ignore[assignment]

    patch.setattr(Engine, "__init__", make_sharing)
