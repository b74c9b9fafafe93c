"""Each check of an examination finds the fault that was planted for it, and nothing where there is none."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from hosting.examination import machine, peers
from hosting.examination.findings import Finding, State, findings_as_rows, has_faults
from hosting.examination.machine import check_disk, check_permissions, check_sqlite
from hosting.examination.peers import check_peer
from hosting.examination.upkeep import check_holidays, check_jobs, check_keys
from hosting.holiday_notices import NOTICES_FOLDER
from hosting.jobs.job_runs import JobRun
from keys.custody.key_ring import KeyKind, KeyRing
from keys.custody.new_keys import GATEWAY_KINDS, create_gateway_ring
from schemas.faults import Wording

NOW = datetime(2026, 5, 4, 8, tzinfo=UTC)
ROTATE = Wording("轮换", "rotate")


def _states(findings: Iterator[Finding]) -> list[State]:
    found = list(findings)
    assert all((one.next_step is None) == (one.state is State.OK) for one in found)
    return [one.state for one in found]


class _Healthy(BaseHTTPRequestHandler):
    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


class _Ill(_Healthy):
    status = 503


@contextmanager
def _serving(handler: type[_Healthy], certificate: Path | None = None) -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), handler)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _certificate(file: Path, days: int) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    encoding, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    secret = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain)
    file.write_bytes(certificate.public_bytes(encoding) + secret)
    return file


def test_a_disk_with_little_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "AMPLE_FREE_BYTES", 0)
    monkeypatch.setattr(machine, "LEAST_FREE_BYTES", 0)
    assert _states(check_disk(tmp_path)) == [State.OK]
    monkeypatch.setattr(machine, "AMPLE_FREE_BYTES", 1 << 60)
    assert _states(check_disk(tmp_path)) == [State.WARNING]
    monkeypatch.setattr(machine, "LEAST_FREE_BYTES", 1 << 60)
    assert _states(check_disk(tmp_path)) == [State.FAULT]


def test_a_folder_that_others_may_enter(tmp_path: Path) -> None:
    folder = tmp_path / "program"
    folder.mkdir(mode=0o700)
    (folder / "keys.json").touch(mode=0o600)
    (folder / "public").mkdir()
    assert _states(check_permissions(folder, public=frozenset({"public"}))) == [State.OK]
    folder.chmod(0o755)
    assert _states(check_permissions(folder, public=frozenset({"public"}))) == [State.WARNING]
    (folder / "keys.json").chmod(0o640)
    assert _states(check_permissions(folder, public=frozenset({"public"}))) == [State.FAULT]


def test_a_database_that_is_damaged_or_missing(tmp_path: Path) -> None:
    file = tmp_path / "state.sqlite3"
    assert _states(check_sqlite(file)) == [State.FAULT]
    file.write_bytes(b"")
    assert _states(check_sqlite(file)) == [State.OK]
    file.write_bytes(b"SQLite format 3\0" + bytes(5000))
    assert _states(check_sqlite(file)) == [State.FAULT]


def test_a_peer_that_is_gone_ill_or_in_another_time() -> None:
    def now() -> datetime:
        return datetime.now(UTC)

    with _serving(_Healthy) as port:
        assert _states(check_peer("a.990101", f"http://127.0.0.1:{port}", now)) == [State.OK, State.OK]
        late = check_peer("a.990101", f"http://127.0.0.1:{port}", lambda: now() - timedelta(seconds=40))
        assert _states(late) == [State.OK, State.FAULT]
    assert _states(check_peer("a.990101", f"http://127.0.0.1:{port}", now)) == [State.FAULT]
    with _serving(_Ill) as port:
        assert _states(check_peer("a.990101", f"http://127.0.0.1:{port}", now)) == [State.FAULT, State.OK]


@pytest.mark.parametrize(("days", "state"), [(90, State.OK), (10, State.WARNING)])
def test_a_certificate_that_ends_soon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, days: int, state: State) -> None:
    certificate = _certificate(tmp_path / "server.pem", days)
    trusting = ssl.create_default_context(cafile=str(certificate))
    with _serving(_Healthy, certificate) as port:
        not_accepted = check_peer("a.990101", f"https://localhost:{port}", lambda: datetime.now(UTC))
        assert [one.found.en for one in not_accepted] == ["its certificate is not accepted"]
        monkeypatch.setattr(peers, "trusted_authorities", lambda: trusting)
        found = check_peer("a.990101", f"https://localhost:{port}", lambda: datetime.now(UTC))
        assert _states(found) == [State.OK, State.OK, state]


def test_keys_that_are_old_or_missing() -> None:
    ring = create_gateway_ring(NOW, lambda count: bytes(range(1, count + 1)))
    assert set(_states(check_keys(ring, GATEWAY_KINDS, NOW, ROTATE))) == {State.OK}
    later = NOW + timedelta(days=366)
    assert _states(check_keys(ring, (KeyKind.SIGNING,), later, ROTATE)) == [State.WARNING]
    assert _states(check_keys(ring, (KeyKind.SIGNING,), later)) == [State.OK]
    assert _states(check_keys(KeyRing(), (KeyKind.LOG,), NOW)) == [State.FAULT]


def test_jobs_that_failed_or_did_not_run() -> None:
    fine = JobRun("sign_log", is_running=False, ended_at=NOW, next_at=NOW + timedelta(seconds=1))
    failed = JobRun("renew_registry", is_running=False, ended_at=NOW, error="OSError", next_at=NOW)
    overdue = JobRun("end_epochs", is_running=False, ended_at=NOW, next_at=NOW - timedelta(hours=1))
    busy = JobRun("make_reports", is_running=True, next_at=NOW - timedelta(hours=1))
    assert _states(check_jobs([fine, busy], NOW)) == [State.OK]
    assert _states(check_jobs([fine, failed], NOW)) == [State.FAULT]
    assert _states(check_jobs([fine, overdue], NOW)) == [State.WARNING]
    assert _states(check_jobs([], NOW)) == [State.WARNING]


def test_holidays_that_are_unknown_or_unsound(tmp_path: Path) -> None:
    assert _states(check_holidays(tmp_path, date(2026, 5, 4))) == [State.OK]
    assert _states(check_holidays(tmp_path, date(2046, 5, 4))) == [State.WARNING]
    (tmp_path / NOTICES_FOLDER).mkdir()
    (tmp_path / NOTICES_FOLDER / "2027.yaml").write_text("year: 2027\n")
    assert _states(check_holidays(tmp_path, date(2026, 5, 4))) == [State.FAULT]


def test_what_scripts_read(tmp_path: Path) -> None:
    findings = tuple(check_sqlite(tmp_path / "none"))
    assert has_faults(findings)
    (row,) = findings_as_rows(findings)
    assert (row["check"], row["state"]) == ("database_structure", "fault")
    assert row["next_en"]
