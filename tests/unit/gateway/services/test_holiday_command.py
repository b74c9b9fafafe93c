"""`add-holidays`, as the operator runs it: the gateway counts by the notice from its next look on."""

from datetime import date
from pathlib import Path

from click.testing import CliRunner, Result

from gateway.cli import main
from gateway.services.held_items import calendar_of
from schemas.holiday_notice import MAX_NOTICE_BYTES
from tests.scenario.gateway_simulator import Clock, opened_gateway

NOTICE = """\
year: 2031
notice: 国务院办公厅关于2031年部分节假日安排的通知
number: 国办发明电〔2030〕99号
issued_on: 2030-11-20
holidays:
- {zh: 元旦, en: New Year, first_on: 2031-01-01, last_on: 2031-01-03}
make_up_days: [2031-01-04]
"""


def _add(folder: Path, notice: str) -> Result:
    file = folder.parent / "notice.yaml"
    file.write_text(notice, "utf-8")
    return CliRunner().invoke(main, ["--folder", str(folder), "add-holidays", str(file)])


def test_a_running_gateway_counts_by_an_added_notice(tmp_path: Path) -> None:
    with opened_gateway(tmp_path / "gateway", Clock()) as gateway:
        assert not calendar_of(gateway).knows(date(2031, 1, 3))
        assert "2031" in _add(tmp_path / "gateway", NOTICE).output
        calendar = calendar_of(gateway)
        days = [calendar.is_working_day(date(2031, 1, day)) for day in (3, 4)]
    assert days == [False, True]


def test_what_is_no_notice_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    with opened_gateway(tmp_path / "gateway", Clock()) as gateway:
        for wrong in ("", "year: 2031", NOTICE.replace("2031-01-04", "2031-01-02"), "#" * (MAX_NOTICE_BYTES + 1)):
            refused = _add(tmp_path / "gateway", wrong)
            assert refused.exit_code == 1
            assert "不是有效的放假通知" in refused.output
        assert not calendar_of(gateway).knows(date(2031, 1, 3))
