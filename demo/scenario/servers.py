"""Starts gateway and connectors as processes of their own, waits until they answer, and ends what it started."""

import itertools
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from demo.scenario.cast import PASSPHRASE
from hosting.certificates import trusted_authorities

START_SECONDS = 180.0
END_SECONDS = 60.0
"""A server waits for the jobs under way before it ends; after half of this it ends all the same."""


FIRST_PORT = 10_000
PORTS = 22_000
"""Below those that systems give to outgoing connections: none of these takes a port before its server listens."""

_numbers = itertools.count(os.getpid() * 200)


class ServerStartError(Exception):
    """A server did not answer in time; its log says why."""


def free_port() -> int:
    """Return a port of the loopback address that nobody listens on, each time another one."""
    while True:
        port = FIRST_PORT + next(_numbers) % PORTS
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def run_command(name: str, *arguments: str) -> str:
    """Run one of the product's commands to its end and return what it printed.

    Raises:
        subprocess.CalledProcessError: the command failed.
    """
    finished = subprocess.run(  # noqa: S603 - our own command, no shell
        _command(name, arguments), env=_environment(), check=True, capture_output=True, text=True
    )
    return finished.stdout


@contextmanager
def serving(name: str, arguments: Sequence[str], health_url: str, log: Path) -> Iterator[int]:
    """Serve while the block runs; yields the process id and ends that process, by its id, afterwards."""
    with log.open("ab") as stream:
        process = subprocess.Popen(  # noqa: S603 - our own command, no shell
            _command(name, arguments), env=_environment(), stdout=stream, stderr=stream
        )
    try:
        _wait_until_healthy(process, health_url, log)
        yield process.pid
    finally:
        process.terminate()
        process.wait(timeout=END_SECONDS)


def _wait_until_healthy(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    with httpx.Client(timeout=1, verify=trusted_authorities()) as client:
        while time.monotonic() < deadline and process.poll() is None:
            with suppress(httpx.HTTPError):
                if client.get(url).is_success:
                    return
            time.sleep(0.1)
    raise ServerStartError(f"服务没有启动，见日志 / a server did not start, see its log: {log}")


def _command(name: str, arguments: Sequence[str]) -> list[str]:
    return [str(Path(sys.executable).with_name(name)), *arguments]


def _environment() -> dict[str, str]:
    return {**os.environ, "TONGXIN_PASSPHRASE": PASSPHRASE}
