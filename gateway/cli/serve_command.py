"""`serve`: the gateway under gunicorn. Everything is opened in each worker, after the fork: nothing is shared."""

import sys
from contextlib import ExitStack

import click
from flask import Flask

from gateway.api.app import create_app
from gateway.bootstrap import open_gateway
from gateway.cli.session import Start, pass_start
from gateway.jobs.schedule import start_jobs
from gateway.services.ask_witnesses import ask_witnesses
from gateway.services.witness_policy import is_policy_file_changed


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="监听地址 / address to listen on")
@click.option("--port", type=click.IntRange(1, 65535), required=True, help="端口 / port")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="进程数 / processes")
@click.option("--threads", type=click.IntRange(1, 256), default=16, show_default=True, help="每进程线程数 / threads")
@pass_start
def serve(start: Start, host: str, port: int, workers: int, threads: int) -> None:
    """启动网关。 / Serve."""
    from hosting.http_server import HttpServer

    passphrase = start.passphrase()
    # Settings, keys, database and log are sound and not older than the witnesses' notes; else it does not start.
    with open_gateway(start.folder, passphrase) as opened_once:
        metrics_port = opened_once.settings.metrics_port
        ask_witnesses(opened_once)
        if is_policy_file_changed(opened_once, start.folder):
            click.echo("见证规则文件有改动，尚未启用：witness adopt / the policy file was edited: adopt it", err=True)

    def announce() -> None:
        click.echo(f"网关正在 http://{host}:{port} 运行，按 Ctrl-C 停止。 / Serving; Ctrl-C stops.")
        sys.stdout.flush()

    def create(opened: ExitStack) -> Flask:
        gateway = opened.enter_context(open_gateway(start.folder, passphrase))
        opened.callback(start_jobs(gateway).shutdown)
        app = create_app(gateway)
        if metrics_port is not None:
            from gateway.operations.metrics import gateway_metrics

            opened.enter_context(gateway_metrics(gateway, app, metrics_port))
        return app

    HttpServer(
        create,
        announce,
        bind=f"{host}:{port}",
        workers=workers,
        threads=threads,
        counts=metrics_port is not None,
    ).run()
