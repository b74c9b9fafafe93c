"""Times of the private OR on this machine: an office's turn on the board, one child, and a roster of 3,000 children.

Network and log are not in these figures.
"""

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from bench.harness import Figure, Tell
from bench.scale import Scale
from keys.private_or.concealed_answer import ConcealedAnswer, conceal_answer, remove_keepers_share, reveal_answer
from keys.private_or.marks import DEFAULT_WORKERS, NO_MARKS, RowMarks, mark_rows
from keys.private_or.opening_share import join_shares, make_opening_share
from schemas.parental_status import ParentStatus, possible_answers
from schemas.rule_packs.parental_rules import Offices, load_parental_rules

RULES = load_parental_rules()["2020"]
COUNTY = "990101"

Result = TypeVar("Result")


class Board:
    """A board that one office has marked, and both shares of its key."""

    def __init__(self, rows: int) -> None:
        self.keeper = make_opening_share("keeper", "bench", os.urandom)
        self.requester = make_opening_share("requester", "bench", os.urandom)
        self.sealing_key = join_shares({"keeper": self.keeper.stated, "requester": self.requester.stated}, "bench")
        self._statuses = {row: ParentStatus(row % 3) for row in range(rows) if row % 20 < 3}
        self.marks = self.mark([NO_MARKS] * rows)
        offices = Offices(RULES, {kind: [COUNTY] for kind in RULES.needed()})
        self._answers = [answer.to_bytes() for answer in offices.answers(COUNTY, COUNTY)]
        self._possible = [answer.to_bytes() for answer in possible_answers(RULES.needed())]

    def mark(self, marks: list[RowMarks]) -> list[RowMarks]:
        """Take one office's turn."""
        return mark_rows(marks, self._statuses, self.sealing_key, os.urandom)

    def conceal(self, child: int) -> ConcealedAnswer:
        """Do the gateway's part for a child whose parents are two neighbouring rows."""
        rows = len(self.marks)
        father, mother = self.marks[2 * child % rows], self.marks[(2 * child + 1) % rows]
        return conceal_answer(father, mother, self._answers, self.sealing_key, os.urandom)

    def remove(self, concealed: ConcealedAnswer) -> ConcealedAnswer:
        """Do the keeper's part."""
        return remove_keepers_share(concealed, self.keeper.secret)

    def reveal(self, concealed: ConcealedAnswer) -> bytes:
        """Do the requester's part."""
        return reveal_answer(concealed, self.requester.secret, self._possible)


def run(scale: Scale, tell: Tell) -> Iterator[Figure]:
    """Yield seconds of each part; a roster's parts use all cores, as each party alone on its machine would."""
    rows, children = scale.board_rows, scale.roster_children
    tell(f"a board of {rows} rows")
    board = Board(rows)
    _, seconds = _timed(partial(board.mark, board.marks))
    yield Figure(f"an office's turn, {rows:,} rows", seconds, "s")
    _, seconds = _timed(lambda: board.reveal(board.remove(board.conceal(0))))
    yield Figure("one child, all parties in turn", 1_000 * seconds, "ms")
    tell(f"a roster of {children} children")
    with ThreadPoolExecutor(DEFAULT_WORKERS) as pool:
        concealed, at_gateway = _timed(lambda: list(pool.map(board.conceal, range(children))))
        half_open, at_keeper = _timed(lambda: list(pool.map(board.remove, concealed)))
        _, at_requester = _timed(lambda: list(pool.map(board.reveal, half_open)))
    for name, spent in (("gateway", at_gateway), ("keeper", at_keeper), ("requester", at_requester)):
        yield Figure(f"{children:,} children, {name}", spent, "s")
    yield Figure(f"{children:,} children, all parties in turn", at_gateway + at_keeper + at_requester, "s")


def _timed(work: Callable[[], Result]) -> tuple[Result, float]:
    began = time.perf_counter()
    result = work()
    return result, time.perf_counter() - began
