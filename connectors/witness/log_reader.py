"""Fetches from the gateway what a witness needs, and from other members what they have cosigned; nothing is trusted."""

import httpx

from connectors.context import Connector
from connectors.gateway_client import GatewayUnreachableError
from hosting.certificates import trusted_authorities
from keys.crypto.cosigning import MAX_PROOF_LINES, parse_hash_line
from keys.crypto.errors import NoteError
from keys.crypto.note import MAX_NOTE_BYTES
from schemas.problem import PROBLEM_MEDIA_TYPE

TIMEOUT = httpx.Timeout(10.0, connect=3.0)
_TEXT = "text/plain; charset=utf-8"
_OK, _NOT_FOUND = httpx.codes.OK, httpx.codes.NOT_FOUND


class LogReader:
    """Connections to the gateway and to other members' connectors; texts of bounded size, never redirected."""

    def __init__(self, connector: Connector, http: httpx.Client | None = None) -> None:
        self._connector = connector
        # Straight to the address in the registry: no proxy from the environment, no redirects.
        self._http = http or httpx.Client(
            timeout=TIMEOUT, verify=trusted_authorities(), trust_env=False, follow_redirects=False
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def newest_note(self) -> bytes | None:
        """Return the log's newest checkpoint, None before its first; raises GatewayUnreachableError."""
        return self._ask("GET", "/v1/log/checkpoint")

    def newest_of_shard(self, shard: int) -> bytes | None:
        """Return the newest checkpoint of a year, None where it has none; raises GatewayUnreachableError."""
        return self._ask("GET", f"/v1/witness/checkpoints/{shard}")

    def growth(self, shard: int, old_size: int, new_size: int) -> tuple[bytes, ...] | None:
        """Return the gateway's proof that a year's tree grew from one size to another, None where it has none to show.

        Raises:
            GatewayUnreachableError: no answer.
        """
        body = self._ask("GET", f"/v1/witness/growth/{shard}/{old_size}/{new_size}")
        if body is None:
            return None
        try:
            lines = body.decode("ascii").splitlines(keepends=True)[: MAX_PROOF_LINES + 1]
            return tuple(parse_hash_line(line) for line in lines)
        except (UnicodeDecodeError, NoteError):
            return None

    def hand_in(self, note: bytes) -> bool:
        """Give the gateway this agency's cosignature on its note; return whether it took it.

        Raises:
            GatewayUnreachableError: no answer.
        """
        status, _ = self._ask_status("POST", "/v1/witness/cosignatures", note)
        return status == _OK

    def note_of_peer(self, endpoint: str, shard: int) -> bytes | None:
        """Return the newest note of a year that another member's connector cosigned; None where it does not answer."""
        try:
            status, body = self._fetch("GET", f"{endpoint.rstrip('/')}/v1/witness/checkpoint/{shard}", b"")
        except httpx.HTTPError:
            return None
        return body if status == _OK else None

    def _ask(self, method: str, path: str) -> bytes | None:
        """Return the gateway's text, None if it says that it has none; anything else is no answer."""
        status, body = self._ask_status(method, path, b"")
        if status not in {_OK, _NOT_FOUND}:
            raise _unreachable()
        return body if status == _OK else None

    def _ask_status(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        try:
            return self._fetch(method, self._connector.gateway.url.rstrip("/") + path, body)
        except httpx.HTTPError:
            raise _unreachable() from None

    def _fetch(self, method: str, url: str, body: bytes) -> tuple[int, bytes]:
        headers = {"Accept-Encoding": "identity"} | ({"Content-Type": _TEXT} if body else {})
        with self._http.stream(method, url, headers=headers, content=body) as response:
            is_problem = response.headers.get("Content-Type") == PROBLEM_MEDIA_TYPE
            is_ours = (response.status_code == _OK or is_problem) and "Content-Encoding" not in response.headers
            received = bytearray()
            for chunk in response.iter_bytes():
                received += chunk
                if len(received) > MAX_NOTE_BYTES or not is_ours:
                    raise httpx.RemoteProtocolError("something in between answered, or too much")
            return response.status_code, bytes(received)


def _unreachable() -> GatewayUnreachableError:
    return GatewayUnreachableError("网关没有应答，请检查网络后重试 / the gateway does not answer: check the network")
