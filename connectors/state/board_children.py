"""Keeps which rows of a board are a child's parents; without the storage key nobody can find a child, or read one."""

import hashlib
import hmac
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, field

from sqlalchemy import Engine, delete, insert, select

from connectors.state.database import destroying, reading, writing
from connectors.state.private_or_tables import board_child, resolved_board
from keys.crypto.sealing import open_at_rest, seal_at_rest
from schemas.randomness import RandomSource

_LOOKUP_BYTES = 16
_CONTEXT = b"tongxin/board-child/v1\x00"


@dataclass(frozen=True, slots=True)
class BoardChild:
    """A child by the text of its `id` key, those of its `p.d` keys, and the rows of its parents, where known."""

    number: str = field(repr=False)
    names: tuple[str, ...] = field(repr=False)
    father: int | None = field(repr=False)
    mother: int | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class ResolvedBoard:
    """A board that this agency resolves: under which agreement (digest) and key epoch, by which rules."""

    board: str
    agreement: str
    epoch: int
    rules: str
    list_size: int


@dataclass(frozen=True, slots=True)
class BoardChildren:
    """The boards that this agency resolves, with their children."""

    state: Engine
    storage_key: bytes = field(repr=False)
    random: RandomSource

    def keep(self, board: ResolvedBoard, children: Iterable[BoardChild]) -> None:
        """Keep a board and its children, in the place of any that were kept before."""
        rows = [self._row(board.board, child) for child in children]
        with writing(self.state) as connection:
            for table in (resolved_board, board_child):
                connection.execute(delete(table).where(table.c.board == board.board))
            connection.execute(insert(resolved_board).values(**asdict(board)))
            if rows:
                connection.execute(insert(board_child).prefix_with("OR REPLACE"), rows)

    def find_board(self, board: str) -> ResolvedBoard | None:
        """Return a board that this agency resolves, or None."""
        with reading(self.state) as connection:
            row = connection.execute(select(resolved_board).where(resolved_board.c.board == board)).one_or_none()
        return None if row is None else ResolvedBoard(row.board, row.agreement, row.epoch, row.rules, row.list_size)

    def find(self, board: str, numbers: Sequence[str]) -> list[BoardChild | None]:
        """Return the children with these numbers, None for one that is not held, in the order asked."""
        lookups = [self._lookup(board, number) for number in numbers]
        with reading(self.state) as connection:
            rows = connection.execute(
                select(board_child.c.lookup, board_child.c.sealed).where(
                    board_child.c.board == board, board_child.c.lookup.in_(lookups)
                )
            )
            sealed = {row.lookup: row.sealed for row in rows}
        return [self._open(board, number, sealed.get(lookup)) for number, lookup in zip(numbers, lookups, strict=True)]

    def forget(self, but: Collection[str]) -> None:
        """Destroy what is kept of all boards but these."""
        with destroying(self.state) as connection:
            for table in (resolved_board, board_child):
                connection.execute(delete(table).where(table.c.board.not_in(list(but))))

    def _row(self, board: str, child: BoardChild) -> dict[str, str | bytes]:
        lookup = self._lookup(board, child.number)
        content = json.dumps([child.names, child.father, child.mother]).encode()
        return {
            "board": board,
            "lookup": lookup,
            "sealed": seal_at_rest(self.storage_key, content, lookup, self.random),
        }

    def _open(self, board: str, number: str, sealed: bytes | None) -> BoardChild | None:
        if sealed is None:
            return None
        names, father, mother = json.loads(open_at_rest(self.storage_key, sealed, self._lookup(board, number)))
        return BoardChild(number, tuple(names), father, mother)

    def _lookup(self, board: str, number: str) -> bytes:
        message = _CONTEXT + board.encode("ascii") + b"\x00" + number.encode("ascii")
        return hmac.digest(self.storage_key, message, hashlib.sha256)[:_LOOKUP_BYTES]
