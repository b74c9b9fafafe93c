"""What our server makes of gunicorn's own log."""

import pytest
from gunicorn.config import Config

from hosting.http_server import GunicornLog
from hosting.structured_logs import log_settings


def test_nothing_is_made_ready_for_a_log_of_what_was_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    config = Config()
    config.set("logconfig_dict", log_settings())
    log, made = GunicornLog(config), []
    monkeypatch.setattr(log, "atoms", lambda *said: made.append(said))
    log.access(None, None, {"RAW_URI": "/v1/exchange"}, None)
    assert made == []
