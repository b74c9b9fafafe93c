"""A line of the program's own log is one JSON object, and never holds what an exception says."""

import json
import logging
import sys

from hosting.structured_logs import JsonLines


def _line(record: logging.LogRecord) -> dict[str, object]:
    line: dict[str, object] = json.loads(JsonLines().format(record))
    return line


def test_a_record_is_one_line_whatever_its_message_holds() -> None:
    record = logging.LogRecord("tongxin.gateway", logging.WARNING, "f.py", 1, "童心 %s", ("a\nb",), None)
    assert "\n" not in JsonLines().format(record)
    assert _line(record) | {"time": ""} == {
        "time": "",
        "level": "warning",
        "logger": "tongxin.gateway",
        "message": "童心 a\nb",
        "process": record.process,
    }


def test_an_exception_stands_there_by_its_type_and_place_alone() -> None:
    try:
        int("990101201501010019x")
    except ValueError:
        record = logging.LogRecord("gunicorn.error", logging.ERROR, "f.py", 1, "failed", (), sys.exc_info())
    line = _line(record)
    assert line["exception"] == "ValueError"
    assert "990101" not in JsonLines().format(record)
    assert len(line["at"]) == 1  # type: ignore[arg-type]
