"""The figures of several processes are one page; a server told to stop answers what it has begun, and then ends."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from demo.scenario.servers import free_port
from gateway.settings import load_settings, save_settings
from hosting.certificates import trusted_authorities
from tests.scenario.gateway_simulator import PASSPHRASE, played_world

SLOW_APP = """
import logging
import time
from pathlib import Path
from flask import Flask
from hosting.http_server import HttpServer

def create(opened):
    opened.callback(Path("closed").touch)
    app = Flask("slow")

    @app.get("/slow")
    def slow():
        Path("begun").touch()
        logging.getLogger("tongxin.gateway").warning("begun")
        time.sleep(1.5)
        return "answered"

    return app

HttpServer(create, lambda: Path("listening").touch(), bind="127.0.0.1:PORT", workers=1, threads=2).run()
"""


@contextmanager
def _started(command: list[str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    environment = {**os.environ, "TONGXIN_PASSPHRASE": PASSPHRASE}
    process = subprocess.Popen(command, cwd=folder, env=environment, start_new_session=True, stderr=subprocess.PIPE)
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.communicate(timeout=120)


def _figures(client: httpx.Client, port: int) -> dict[str, float]:
    text = client.get(f"http://127.0.0.1:{port}/metrics").text
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {sample.name + "".join(sorted(sample.labels.values())): sample.value for sample in samples}


def _wait_for(client: httpx.Client, url: str) -> None:
    for _ in range(2400):
        with suppress(httpx.HTTPError):
            if client.get(url).status_code == 200:
                return
        time.sleep(0.05)
    raise AssertionError("no answer")


def test_any_of_several_processes_tells_the_counts_of_all(tmp_path: Path) -> None:
    folder, port, metrics_port = tmp_path / "gateway", free_port(), free_port()
    with played_world(folder):
        pass
    save_settings(folder, load_settings(folder).model_copy(update={"metrics_port": metrics_port}))
    program = str(Path(sys.executable).parent / "tongxin-gateway")
    command = [program, "--folder", str(folder), "serve", "--port", str(port), "--workers", "2", "--threads", "4"]
    with _started(command, tmp_path), httpx.Client(verify=trusted_authorities()) as client:
        _wait_for(client, f"http://127.0.0.1:{port}/healthz")
        _wait_for(client, f"http://127.0.0.1:{metrics_port}/metrics")
        before = _figures(client, metrics_port).get("tongxin_requests_totalhealthnoneok", 0)
        for _ in range(30):
            with httpx.Client(verify=trusted_authorities()) as other:  # another connection may reach another process
                assert other.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
        pages = []
        for _ in range(6):
            with httpx.Client(verify=trusted_authorities()) as other:
                pages.append(_figures(other, metrics_port))
        _until(lambda: _figures(client, metrics_port)["tongxin_journal_waiting"] == 0)
    assert {page["tongxin_requests_totalhealthnoneok"] for page in pages} == {before + 30}
    assert pages[0]["tongxin_process_open_fds"] > 10
    assert pages[0]["tongxin_log_entries"] >= 1


def test_the_figures_are_for_this_machine_alone_and_off_by_default(tmp_path: Path) -> None:
    folder = tmp_path / "gateway"
    with played_world(folder):
        pass
    assert load_settings(folder).metrics_port is None


def test_a_server_told_to_stop_answers_first_and_closes_what_it_opened(tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "slow.py").write_text(SLOW_APP.replace("PORT", str(port)))
    answers: list[str] = []
    root = str(Path(__file__).parents[2])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", root)
        with _started([sys.executable, "slow.py"], tmp_path) as process:
            _until((tmp_path / "listening").exists)
            asking = threading.Thread(
                target=lambda: answers.append(httpx.get(f"http://127.0.0.1:{port}/slow", timeout=100).text)
            )
            asking.start()
            _until((tmp_path / "begun").exists)
            process.send_signal(signal.SIGTERM)
            asking.join(120)
            _, log = process.communicate(timeout=120)
            assert process.returncode == 0
    assert answers == ["answered"]
    assert (tmp_path / "closed").exists()
    lines = [json.loads(line) for line in log.splitlines()]
    assert [line["message"] for line in lines if line["logger"] == "tongxin.gateway"] == ["begun"]
    with socket.socket() as probe, pytest.raises(ConnectionRefusedError):
        probe.connect(("127.0.0.1", port))


def _until(is_so: object) -> None:
    for _ in range(2400):
        if callable(is_so) and is_so():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come about")
