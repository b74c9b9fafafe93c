"""`log forget-index`, as the operator runs it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from click.testing import CliRunner, Result

from gateway.cli import main
from gateway.services.index_subjects import current_index_key, list_index_keys
from tests.scenario.gateway_simulator import PASSPHRASE, Clock, opened_gateway


def _run(folder: Path, *arguments: str, answer: str = "") -> Result:
    options = ["--folder", str(folder), "log", "forget-index", *arguments]
    return CliRunner().invoke(main, options, input=answer, env={"TONGXIN_PASSPHRASE": PASSPHRASE})


def test_a_past_year_is_forgotten_and_this_one_is_not(tmp_path: Path) -> None:
    past = Clock(timedelta(days=-400))
    with opened_gateway(tmp_path / "gateway", past) as gateway:
        year = current_index_key(gateway).year
    this_year = datetime.now(UTC).year
    assert "只能销毁往年的索引" in _run(tmp_path / "gateway", str(this_year), "--yes").output
    assert _run(tmp_path / "gateway", str(year), answer="n\n").exit_code != 0
    forgotten = _run(tmp_path / "gateway", str(year), answer="y\n")
    assert forgotten.exit_code == 0, forgotten.output
    assert "已销毁" in forgotten.output
    again = _run(tmp_path / "gateway", str(year), "--yes")
    assert again.exit_code != 0
    assert f"没有 {year} 年的索引密钥" in again.output


def test_a_key_shows_in_the_ring_once_a_year(tmp_path: Path) -> None:
    with opened_gateway(tmp_path / "gateway", Clock()) as gateway:
        keys = {current_index_key(gateway).secret for _ in range(3)}
        assert [key.secret for key in list_index_keys(gateway)] == list(keys)
