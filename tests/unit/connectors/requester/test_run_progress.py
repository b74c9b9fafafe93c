"""The share that a progress bar shows: it never goes back, never passes the whole, and ends where the work ends."""

from hypothesis import given
from hypothesis import strategies as st

from connectors.requester.open_question import Step
from connectors.requester.run_progress import RunProgress


@given(parts=st.lists(st.integers(1, 50).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))), min_size=1))
def test_the_share_never_goes_back_and_ends_with_the_run(parts: list[tuple[int, int]]) -> None:
    told: list[tuple[Step, int, int]] = []
    rows, before = sum(n for n, _ in parts), 7
    progress = RunProgress(lambda *seen: told.append(seen), before + rows + 5, before, rows)
    for n, settled in parts:
        progress.advance(Step.FIRST_KEYS, n, settled)
    for n, settled in parts:
        progress.advance(Step.OTHER_KEYS, n - settled)
    assert told[-1][1] < before + rows
    for n, _ in parts:
        progress.advance(Step.ANSWERS, n)
    shown = [done for _, done, _ in told]
    assert shown == sorted(shown)
    assert before <= shown[0]
    assert shown[-1] == before + rows
    assert {total for *_, total in told} == {before + rows + 5}


def test_half_of_the_first_keys_is_less_where_the_other_keys_are_still_to_come() -> None:
    shares = {}
    for settled in (0, 50):
        told: list[int] = []
        progress = RunProgress(lambda _step, done, _rows, told=told: told.append(done), 100, 0, 100)  # type: ignore[misc]
        progress.advance(Step.FIRST_KEYS, 50, settled)
        shares[settled] = told[-1]
    assert shares == {0: 100 * 100 // 1100, 50: 100 * 100 // 400}
