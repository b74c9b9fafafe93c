"""`serve`: the gateway under gunicorn. Everything is opened in each worker, after the fork: nothing is shared."""

from contextlib import ExitStack
from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication

from gateway.api.app import create_app
from gateway.api.http_worker import HttpWorker
from gateway.bootstrap import open_gateway
from gateway.cli.session import Start, pass_start
from gateway.jobs.schedule import start_jobs

WORKER_TIMEOUT_SECONDS = 120


class GatewayServer(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn with our options, an app for each worker, and an orderly end."""

    def __init__(self, start: Start, passphrase: str, options: dict[str, object]) -> None:
        self._start = start
        self._passphrase = passphrase
        self._options = options
        self._open = ExitStack()
        super().__init__()

    def load_config(self) -> None:
        """Hand our options to gunicorn."""
        for name, value in self._options.items():
            self.cfg.set(name, value)
        self.cfg.set("worker_exit", self._close)

    def load(self) -> Flask:
        """Open the gateway in this worker and make its app."""
        gateway = self._open.enter_context(open_gateway(self._start.folder, self._passphrase))
        scheduler = start_jobs(gateway)
        self._open.callback(scheduler.shutdown)
        return create_app(gateway)

    def _close(self, _server: Any, _worker: Any) -> None:
        self._open.close()


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="监听地址 / address to listen on")
@click.option("--port", type=click.IntRange(1, 65535), required=True, help="端口 / port")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="进程数 / processes")
@click.option("--threads", type=click.IntRange(1, 256), default=16, show_default=True, help="每进程线程数 / threads")
@pass_start
def serve(start: Start, host: str, port: int, workers: int, threads: int) -> None:
    """启动网关。 / Serve."""
    passphrase = start.passphrase()
    with open_gateway(start.folder, passphrase):
        pass  # settings, keys, database and log are sound; else it says so here and does not start

    def announce(_server: Any) -> None:
        click.echo(f"网关正在 http://{host}:{port} 运行，按 Ctrl-C 停止。 / Serving; Ctrl-C stops.")

    options: dict[str, object] = {
        "bind": f"{host}:{port}",
        "worker_class": HttpWorker,
        "workers": workers,
        "threads": threads,
        "timeout": WORKER_TIMEOUT_SECONDS,
        "when_ready": announce,
        "accesslog": None,
        "errorlog": "-",
        "loglevel": "warning",
    }
    GatewayServer(start, passphrase, options).run()
