"""The gateway as the product serves it: a command in a process of its own, on a free port, ended by its process id."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from hosting.certificates import trusted_authorities

START_SECONDS = 60.0


@contextmanager
def serving_process(folder: Path, passphrase: str, *options: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Serve the gateway in `folder`; give the process and its address, and end that very process afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(Path(sys.executable).parent / "tongxin-gateway"), "--folder", str(folder)]
    process = subprocess.Popen(
        [*command, "serve", "--port", str(port), *options],
        env={**os.environ, "TONGXIN_PASSPHRASE": passphrase},
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(url)
        yield process, url
    finally:
        end_process(process, signal.SIGTERM)


def end_process(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    """End the process and its workers: the session that was started for them."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, how)
    process.wait(60)


def _wait(url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    with httpx.Client(verify=trusted_authorities()) as client:
        while time.monotonic() < deadline:
            with suppress(httpx.HTTPError):
                if client.get(url + "/readyz").status_code == 200:
                    return
            time.sleep(0.05)
    raise AssertionError("the gateway did not come up")
