"""`serve`: the provider's HTTP service, with the jobs that keep the connector up to date."""

import sys
from contextlib import ExitStack

import click
from flask import Flask

from connectors.cli.session import Start, pass_start
from connectors.context import open_connector
from connectors.gateway_client import GatewayClient
from connectors.register import open_register
from connectors.trust import TrustStore
from schemas.whole_catalogue import load_catalogue


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="监听地址 / address to listen on")
@click.option("--port", type=click.IntRange(1, 65535), required=True, help="端口 / port")
@click.option("--threads", type=click.IntRange(1, 64), default=8, show_default=True, help="线程数 / threads")
@pass_start
def serve(start: Start, host: str, port: int, threads: int) -> None:
    """启动连接器服务，应答经网关转来的请求。 / Serve what the gateway relays."""
    from hosting.http_server import HttpServer

    passphrase = start.passphrase()
    load_catalogue()
    opened_once = open_connector(start.folder, passphrase)
    opened_once.state.dispose()

    def announce() -> None:
        click.echo(f"连接器正在 http://{host}:{port} 运行，按 Ctrl-C 停止。 / Serving; Ctrl-C stops.")
        sys.stdout.flush()

    HttpServer(
        lambda opened: _create_app(start, passphrase, opened),
        announce,
        bind=f"{host}:{port}",
        workers=1,
        threads=threads,
        counts=opened_once.settings.metrics_port is not None,
    ).run()


def _create_app(start: Start, passphrase: str, opened: ExitStack) -> Flask:
    from connectors.api.provider_api import ProviderService, create_provider_app
    from connectors.jobs import start_jobs

    connector = open_connector(start.folder, passphrase)
    trust = TrustStore(connector.state, connector.gateway)
    client = GatewayClient(connector, trust)
    opened.callback(client.close)
    opened.callback(start_jobs(connector, trust, client).shutdown)
    # A keeper of the private OR, and an office that takes part in it alone, have no register of children.
    register = open_register(connector) if connector.settings.register_mapping else None
    app = create_provider_app(ProviderService(connector, trust, register))
    if (metrics_port := connector.settings.metrics_port) is not None:
        from connectors.operations.metrics import connector_metrics

        opened.enter_context(connector_metrics(connector, trust, app, metrics_port))
    return app
