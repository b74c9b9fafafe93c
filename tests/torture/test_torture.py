from pathlib import Path

import pytest

from tests.torture.torture import KILLS_A_YEAR, Torture, torture

KILLS = 20


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_nothing_that_was_said_is_taken_back_by_a_kill(
    backend: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """SIGKILL at random moments: no acknowledged event is lost, no size has two roots, each restart works."""
    sqlite = f"sqlite:///{tmp_path / 'gateway.db'}"
    database = sqlite if backend == "sqlite" else str(request.getfixturevalue("postgresql_url"))
    *_, tortured = torture(database, tmp_path, KILLS)
    assert tortured.kills == KILLS
    assert tortured.events
    assert tortured.notes


def test_the_turn_of_a_year_is_killed_too(tmp_path: Path) -> None:
    tortured = Torture(f"sqlite:///{tmp_path / 'gateway.db'}", tmp_path, seed=1)
    tortured.kills = KILLS_A_YEAR - 2
    while tortured.kills < KILLS_A_YEAR + 2:
        tortured.kill_one()
    tortured.check()
    assert {shard for shard, _ in tortured.events} == {2026, 2027}
    tortured.engine.dispose()
