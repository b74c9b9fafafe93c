"""`console`: the officers' pages, apart from `serve`: what reaches the provider's interface does not reach the pages."""

import sys
from contextlib import ExitStack
from functools import partial

import click
from flask import Flask

from connectors.cli.session import Start, pass_start
from connectors.context import open_connector
from connectors.gateway_client import GatewayClient
from connectors.trust import TrustStore
from schemas.whole_catalogue import load_catalogue

PORT = 8480


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="监听地址 / address to listen on")
@click.option("--port", type=click.IntRange(1, 65535), default=PORT, show_default=True, help="端口 / port")
@click.option("--threads", type=click.IntRange(1, 64), default=8, show_default=True, help="线程数 / threads")
@pass_start
def console(start: Start, host: str, port: int, threads: int) -> None:
    """启动经办人员的工作台（仅供本单位内部网络）。 / Serve the officers' console, to the agency's own network alone."""
    from hosting.http_server import HttpServer

    passphrase = start.passphrase()
    load_catalogue()
    _check_ready(start, passphrase)

    def announce() -> None:
        click.echo(f"工作台正在 http://{host}:{port}/desk/ 运行，按 Ctrl-C 停止。 / Serving; Ctrl-C stops.")
        sys.stdout.flush()

    HttpServer(
        lambda opened: _create_app(start, passphrase, opened),
        announce,
        bind=f"{host}:{port}",
        workers=1,
        threads=threads,
    ).run()


def _check_ready(start: Start, passphrase: str) -> None:
    """Check that settings, keys, database and gateway are there; nothing stays open across the fork."""
    from connectors.console.identity_provider import open_provider

    connector = open_connector(start.folder, passphrase)
    if (provider := open_provider(connector)) is not None:
        provider.client.close()
    connector.state.dispose()
    TrustStore(connector.state, connector.gateway)


def _create_app(start: Start, passphrase: str, opened: ExitStack) -> Flask:
    from connectors.console.context import Console
    from connectors.console.identity_provider import open_provider
    from connectors.jobs import refresh
    from connectors.web.app import create_console_app

    connector = open_connector(start.folder, passphrase)
    opened.callback(connector.state.dispose)
    trust = TrustStore(connector.state, connector.gateway)
    client = GatewayClient(connector, trust)
    opened.callback(client.close)
    trust.refetch = partial(refresh, connector, trust, client)
    provider = open_provider(connector)
    if provider is not None:
        opened.callback(provider.client.close)
    return create_console_app(Console(connector, trust, client, provider))
