"""The marks of all offices together are their OR, whatever their order."""

import random as stdlib_random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.crypto.errors import DeserializeError, InvalidInputError
from keys.crypto.ristretto255 import IDENTITY, Scalar, multiply_base
from keys.private_or.ciphertext import remove_share
from keys.private_or.marks import NO_MARKS, RowMarks, mark_rows
from keys.private_or.opening_share import join_shares, make_opening_share
from schemas.parental_status import ParentStatus

ROWS = 3
NUMBERS = {IDENTITY: 0, **{multiply_base(Scalar(bytes([number]) + bytes(31))): number for number in (1, 2)}}

statuses = st.dictionaries(st.integers(0, ROWS - 1), st.sampled_from(ParentStatus))


def status_of(row: RowMarks, *secrets: Scalar) -> int:
    hidden = row.status()
    for secret in secrets:
        hidden = remove_share(hidden, secret)
    return NUMBERS[hidden.masked]


@settings(max_examples=25, deadline=None)
@given(st.lists(statuses, min_size=1, max_size=5), st.integers(0, 2**32))
def test_the_greatest_status_that_any_office_states_remains(offices, seed):
    random = stdlib_random.Random(seed).randbytes
    shares = {name: make_opening_share(name, "", random) for name in ("keeper", "requester")}
    key = join_shares({name: share.stated for name, share in shares.items()}, "")
    marks = [NO_MARKS] * ROWS
    for stated in offices:
        marks = mark_rows(marks, stated, key, random, workers=1)
    secrets = [share.secret for share in shares.values()]
    expected = [max(stated.get(row, ParentStatus.NONE) for stated in offices) for row in range(ROWS)]
    assert [status_of(row, *secrets) for row in marks] == expected


def test_every_row_looks_new_after_each_office(sealing, random):
    first = mark_rows([NO_MARKS] * 4, {1: ParentStatus.CIRCUMSTANCE}, sealing.key, random, workers=1)
    second = mark_rows(first, {2: ParentStatus.DEAD_OR_MISSING}, sealing.key, random, workers=1)
    seen = [element for row in [*first, *second] for hidden in row for element in hidden]
    assert len(set(seen)) == len(seen) == 2 * 4 * 4


def test_many_rows_keep_their_order_with_threads(sealing, random):
    marks = mark_rows([NO_MARKS] * 600, {599: ParentStatus.DEAD_OR_MISSING, 300: ParentStatus(1)}, sealing.key, random)
    secrets = (sealing.keeper.secret, sealing.requester.secret)
    found = {row: status_of(one, *secrets) for row, one in enumerate(marks)}
    assert {row: status for row, status in found.items() if status} == {300: 1, 599: 2}
    assert len(found) == 600


def test_the_bytes_come_back(sealing, random):
    (row,) = mark_rows([NO_MARKS], {}, sealing.key, random)
    assert RowMarks.from_bytes(row.to_bytes()) == row
    for data in (NO_MARKS.to_bytes(), row.to_bytes()[:-1], row.to_bytes() + b"\x00"):
        with pytest.raises(DeserializeError):
            RowMarks.from_bytes(data)


@pytest.mark.parametrize("row", [-1, 2])
def test_a_row_that_the_board_does_not_have_is_refused(row, sealing, random):
    with pytest.raises(InvalidInputError):
        mark_rows([NO_MARKS] * 2, {row: ParentStatus.CIRCUMSTANCE}, sealing.key, random)
