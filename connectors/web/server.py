"""The connector's HTTP service under gunicorn: one worker process, so that nothing is shared across a fork."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from connectors.web.http_worker import HttpWorker

REQUEST_SECONDS = 120


class ConnectorServer(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn with the app made in the worker: neither database nor key file crosses the fork."""

    def __init__(
        self, create_app: Callable[[], Flask], announce: Callable[[], None], *, bind: str, threads: int
    ) -> None:
        self._create_app = create_app
        self._options: dict[str, Any] = {
            "bind": bind,
            "worker_class": HttpWorker,
            "workers": 1,
            "threads": threads,
            "timeout": REQUEST_SECONDS,
            "accesslog": None,
            "errorlog": "-",
            "loglevel": "warning",
            "when_ready": lambda _server: announce(),
        }
        super().__init__()

    def load_config(self) -> None:
        """Hand our options to gunicorn."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Make the app in the worker."""
        return self._create_app()
