"""A provider's connector is reached over kept connections; whatever it sends, sizes and times are bounded."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gateway.services import provider_client
from gateway.services.provider_client import CONNECT_TIMEOUT_SECONDS, ProviderClient, ProviderReply
from schemas.envelope import ENVELOPE_HEADER
from schemas.problem import PROBLEM_MEDIA_TYPE, ProblemCode, ProblemError

MAX_BYTES = 1000
OK = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{ENVELOPE_HEADER}: e.f.g\r\n".encode()
ANSWER = OK + b"Content-Length: 2\r\n\r\n{}"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


class ScriptedConnector:
    """Answers each message with the next text, whatever was asked; notes what it read, connection by connection."""

    def __init__(self, answers: Sequence[bytes], tls: ssl.SSLContext | None = None, pause_seconds: float = 0) -> None:
        self.answers = list(answers)
        self._tls = tls
        self._pause_seconds = pause_seconds
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.connections: list[list[bytes]] = []
        self.lets_go = threading.Event()
        self.has_closed = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        self.lets_go.set()
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _converse(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):  # a caller that does not believe the certificate hangs up
            if self._tls is None:
                self._answer(connection)
            else:
                with self._tls.wrap_socket(connection, server_side=True) as secured:
                    self._answer(secured)
        self.has_closed.set()

    def _answer(self, connection: socket.socket) -> None:
        heard: list[bytes] = []
        self.connections.append(heard)
        while self.answers:
            message = b""
            while not message.endswith(b"\r\n\r\n{}"):
                received = connection.recv(65536)
                if not received:
                    return
                message += received
            heard.append(message)
            answer = self.answers.pop(0)
            self._send(connection, answer)
            if not answer:  # keeps silent
                self.lets_go.wait()
            if b"Connection: close" in answer:
                return

    def _send(self, connection: socket.socket, answer: bytes) -> None:
        if not self._pause_seconds:
            connection.sendall(answer)
            return
        for byte in answer:
            sleep(self._pause_seconds)
            connection.sendall(bytes([byte]))


Serve = Callable[..., ScriptedConnector]


@pytest.fixture
def serve() -> Iterator[Serve]:
    started: list[ScriptedConnector] = []

    def start(*answers: bytes, tls: ssl.SSLContext | None = None, pause_seconds: float = 0) -> ScriptedConnector:
        started.append(ScriptedConnector(answers, tls, pause_seconds))
        return started[-1]

    yield start
    for connector in started:
        connector.close()


Reach = Callable[..., ProviderClient]


@pytest.fixture
def reach() -> Iterator[Reach]:
    """Makes clients that are closed with the test: what they keep open is nobody else's to find."""
    with ExitStack() as made:

        def client(timeout_seconds: float = 2, max_connections: int = 2) -> ProviderClient:
            return made.enter_context(closing(ProviderClient(timeout_seconds, max_connections)))

        yield client


@pytest.fixture
def client(reach: Reach) -> ProviderClient:
    return reach()


def send(client: ProviderClient, connector: ScriptedConnector, scheme: str = "http") -> ProviderReply:
    headers = {"Content-Type": "application/json", ENVELOPE_HEADER: "a.b.c"}
    return client.send(f"{scheme}://{connector.host}/v1/exchange", headers, b"{}", MAX_BYTES)


def refusal(client: ProviderClient, connector: ScriptedConnector, scheme: str = "http") -> ProblemCode:
    with pytest.raises(ProblemError) as refused:
        send(client, connector, scheme)
    return refused.value.code


def test_messages_share_a_connection(client: ProviderClient, serve: Serve) -> None:
    connector = serve(ANSWER, CHUNKED + b"1\r\n[\r\n1\r\n]\r\n0\r\n\r\n", ANSWER)
    assert send(client, connector) == ProviderReply("e.f.g", b"{}", is_problem=False)
    assert send(client, connector).body == b"[]"
    assert send(client, connector).body == b"{}"
    ((first, *others),) = connector.connections
    assert len(others) == 2
    assert first.startswith(b"POST /v1/exchange HTTP/1.1\r\nHost: " + connector.host.encode())
    assert f"\r\n{ENVELOPE_HEADER}: a.b.c\r\n".encode() in first
    assert b"cookie" not in b"".join(others).lower()


def test_a_problem_comes_back_as_one(client: ProviderClient, serve: Serve) -> None:
    head = f"HTTP/1.1 403 no\r\nContent-Type: {PROBLEM_MEDIA_TYPE}\r\nContent-Length: 2\r\n\r\n".encode()
    assert send(client, serve(head + b"{}")) == ProviderReply("", b"{}", is_problem=True)


def test_a_connection_that_the_other_side_closed_is_not_used_again(client: ProviderClient, serve: Serve) -> None:
    announced = OK + b"Connection: close\r\nContent-Length: 2\r\n\r\n{}"
    connector = serve(announced, ANSWER)
    assert [send(client, connector).body for _ in range(2)] == [b"{}", b"{}"]
    assert len(connector.connections) == 2


def test_a_connection_that_was_closed_while_idle_is_not_used_again(client: ProviderClient, serve: Serve) -> None:
    connector = serve(ANSWER)  # it has nothing more to say, and closes
    send(client, connector)
    connector.has_closed.wait()
    connector.answers.append(ANSWER)
    send(client, connector)
    assert [len(heard) for heard in connector.connections] == [1, 1]


def test_an_idle_connection_is_kept_for_seconds(reach: Reach, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider_client, "KEPT_SECONDS", 0.01)
    client, connector = reach(), serve(*[ANSWER] * 2)
    send(client, connector)
    sleep(0.02)
    send(client, connector)
    assert len(connector.connections) == 2


def test_connections_to_many_providers_are_not_all_kept(client: ProviderClient, serve: Serve) -> None:
    connectors = [serve(ANSWER, ANSWER) for _ in range(3)]
    for connector in (*connectors, *reversed(connectors)):
        send(client, connector)
    assert [len(connector.connections) for connector in connectors] == [2, 1, 1]


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"Content-Length: 1001\r\n\r\n",
        CHUNKED + b"3e9\r\n" + bytes(1001) + b"\r\n",
        OK + b"Connection: close\r\n\r\n" + bytes(1001),
        b"HTTP/1.1 302 elsewhere\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 500 no\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
        f"HTTP/1.1 200 OK\r\nContent-Type: {PROBLEM_MEDIA_TYPE}\r\nContent-Length: 2\r\n\r\n{{}}".encode(),
        f"HTTP/1.1 403 no\r\nContent-Type: {PROBLEM_MEDIA_TYPE}\r\nContent-Length: 16385\r\n\r\n".encode(),
    ],
)
def test_what_is_too_large_or_no_answer_is_refused(client: ProviderClient, serve: Serve, answer: bytes) -> None:
    connector = serve(answer, ANSWER)
    assert refusal(client, connector) is ProblemCode.PROVIDER_ANSWER_INVALID
    assert send(client, connector).body == b"{}"
    assert len(connector.connections) == 2  # what was not read to its end is not used again


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"Connection: close\r\nContent-Length: 3\r\n\r\n{}",
        CHUNKED + b"3\r\n{}",
        b"not HTTP\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 30_000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nA: " + b"a" * 200_000 + b"\r\n\r\n",
    ],
)
def test_what_ends_early_or_is_no_http_counts_as_unreachable(reach: Reach, serve: Serve, answer: bytes) -> None:
    assert refusal(reach(timeout_seconds=0.5), serve(answer)) is ProblemCode.PROVIDER_UNREACHABLE


def test_a_connector_that_keeps_silent_is_not_waited_for_longer(reach: Reach, serve: Serve) -> None:
    began = monotonic()
    assert refusal(reach(timeout_seconds=0.2), serve(b"")) is ProblemCode.PROVIDER_UNREACHABLE
    assert monotonic() - began < CONNECT_TIMEOUT_SECONDS / 2


def test_a_connection_that_does_not_become_free_is_not_waited_for_longer(reach: Reach, serve: Serve) -> None:
    client = reach(timeout_seconds=0.3, max_connections=1)
    slow = serve(ANSWER, pause_seconds=0.01)  # byte by byte: a second in all
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(send, client, slow)
        while not slow.connections:
            sleep(0.001)
        assert refusal(client, serve(ANSWER)) is ProblemCode.PROVIDER_UNREACHABLE
        assert first.result().body == b"{}"
    assert send(client, serve(ANSWER)).body == b"{}"


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/", "ftp://127.0.0.1/", "http:///v1", "http://127.0.0.1:x/", "http://a..b/", "/v1"]
)
def test_where_nobody_answers_is_unreachable(client: ProviderClient, url: str) -> None:
    with pytest.raises(ProblemError) as refused:
        client.send(url, {}, b"{}", MAX_BYTES)
    assert refused.value.code is ProblemCode.PROVIDER_UNREACHABLE


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of `localhost` with its key, which nobody else signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "certificate.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


def test_only_a_trusted_certificate_of_the_right_name_is_believed(
    reach: Reach, serve: Serve, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(certificate)
    connector = serve(ANSWER, ANSWER, tls=own)
    assert refusal(reach(), connector, "https") is ProblemCode.PROVIDER_UNREACHABLE
    trusting = ssl.create_default_context(cafile=certificate)
    monkeypatch.setattr(provider_client, "trusted_authorities", lambda: trusting)
    client = reach()
    assert refusal(client, connector, "https") is ProblemCode.PROVIDER_UNREACHABLE
    port = connector.host.rpartition(":")[2]
    for _ in range(2):
        assert client.send(f"https://localhost:{port}/", {}, b"{}", MAX_BYTES).body == b"{}"
    assert [len(heard) for heard in connector.connections] == [2]
