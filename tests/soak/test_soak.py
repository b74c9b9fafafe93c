"""The soak's own parts, and a short soak: the disk runs full, connections break, and all is there at the end."""

import errno
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from demo.scenario.servers import free_port
from tests.soak.faulty_proxy import FaultyProxy
from tests.soak.footprints import Footprint, is_flat
from tests.soak.small_disk import small_disk, why_no_small_disk
from tests.soak.soak import opened_soak

SHORT = {"full disk", "connections to gateway cut"}


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = b"0" * 20_000
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Be quiet."""


@pytest.fixture
def answering() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_a_proxy_passes_on_cuts_and_passes_on_again(answering: int) -> None:
    port = free_port()
    with FaultyProxy(port, answering) as proxy:
        url = f"http://127.0.0.1:{port}/"
        assert len(httpx.get(url).content) == 20_000
        proxy.cut_after_bytes = 10_000
        with pytest.raises(httpx.TransportError):
            httpx.get(url)
        proxy.cut_after_bytes = None
        proxy.delay_seconds = 0.01
        assert len(httpx.get(url).content) == 20_000


def test_a_proxy_before_nobody_refuses() -> None:
    port = free_port()
    with FaultyProxy(port, free_port()), pytest.raises(httpx.TransportError):
        httpx.get(f"http://127.0.0.1:{port}/")
    with socket.socket() as probe, pytest.raises(ConnectionRefusedError):
        probe.connect(("127.0.0.1", port))


@pytest.mark.skipif(why_no_small_disk() is not None, reason=f"no small disk: {why_no_small_disk()}")
def test_a_small_disk_takes_nothing_more_when_full_and_something_again_after(tmp_path: Path) -> None:
    with small_disk(tmp_path / "image", tmp_path / "disk") as disk:
        disk.fill()
        with pytest.raises(OSError, match="No space") as raised, (disk.folder / "more").open("wb", buffering=0) as file:
            file.write(b"0" * 8_192)
        assert raised.value.errno == errno.ENOSPC
        disk.free()
        assert (disk.folder / "more").write_bytes(b"0" * 8_192) == 8_192


@pytest.mark.parametrize(
    ("memory", "descriptors", "is_expected"),
    [(0.0, 0.0, True), (0.2, 0.0, True), (1.0, 0.0, False), (0.0, 1.0, False)],
)
def test_growth_over_the_last_quarters_is_seen(memory: float, descriptors: float, *, is_expected: bool) -> None:
    taken = [Footprint(100 + memory * look, 20 + round(descriptors * look)) for look in range(200)]
    assert is_flat(taken) is is_expected


def test_what_is_acknowledged_outlives_a_full_disk_and_cut_connections(tmp_path: Path) -> None:
    with opened_soak(tmp_path, 1, 7, lambda *_: None) as soak:
        soak.pace = 0.2
        soak.kinds = [fault for fault in soak.kinds if fault.name in SHORT]
        soak.run()
        soak.reckon()
    assert soak.played.keys() == {fault.name for fault in soak.kinds}
    assert soak.play.history.problems.keys() & {"audit_unavailable", "unreachable"}
