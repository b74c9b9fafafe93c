"""`serve`: the provider's HTTP service under gunicorn, with the jobs that keep the connector up to date."""

import click
from flask import Flask
from gunicorn.app.base import BaseApplication

from connectors.cli.session import Start, pass_start
from connectors.context import open_connector
from connectors.gateway_client import GatewayClient
from connectors.jobs import start_jobs
from connectors.register import open_register
from connectors.trust import TrustStore
from connectors.web.http_worker import HttpWorker
from connectors.web.provider_api import ProviderService, create_provider_app


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Gunicorn with the app made in each worker, after the fork: neither database nor key file is shared."""

    def __init__(self, start: Start, passphrase: str, options: dict[str, object]) -> None:
        self._start = start
        self._passphrase = passphrase
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        """Hand our options to gunicorn."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Make the app in the worker."""
        connector = open_connector(self._start.folder, self._passphrase)
        trust = TrustStore(connector.state, connector.gateway)
        start_jobs(connector, trust, GatewayClient(connector, trust))
        return create_provider_app(ProviderService(connector, trust, open_register(connector)))


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="监听地址 / address to listen on")
@click.option("--port", type=click.IntRange(1, 65535), required=True, help="端口 / port")
@click.option("--threads", type=click.IntRange(1, 64), default=8, show_default=True, help="线程数 / threads")
@pass_start
def serve(start: Start, host: str, port: int, threads: int) -> None:
    """启动连接器服务，应答经网关转来的请求。 / Serve what the gateway relays."""
    passphrase = start.passphrase()
    open_connector(start.folder, passphrase)
    start.console.print(f"连接器正在 http://{host}:{port} 运行，按 Ctrl-C 停止。 / Serving; Ctrl-C stops.")
    options: dict[str, object] = {
        "bind": f"{host}:{port}",
        "worker_class": HttpWorker,
        "workers": 1,
        "threads": threads,
        "timeout": 120,
        "limit_request_field_size": 8190,
        "accesslog": None,
        "errorlog": "-",
        "loglevel": "warning",
    }
    _Server(start, passphrase, options).run()
