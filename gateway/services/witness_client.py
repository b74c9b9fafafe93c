"""Reaches the witnesses (C2SP tlog-witness over HTTP); sizes and times are bounded, no answer is trusted."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import httpx

from hosting.certificates import trusted_authorities
from keys.crypto.note import MAX_NOTE_BYTES

WITNESS_TIMEOUT_SECONDS = 2.0
MAX_PARALLEL = 16

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class WitnessReply:
    """Status and body, unverified; `status` is 0 where nothing complete came back."""

    status: int
    body: bytes = b""


class WitnessClient:
    """Connections to witnesses, for one round; use it as a context."""

    def __init__(self, timeout_seconds: float = WITNESS_TIMEOUT_SECONDS) -> None:
        # As with providers: no proxy from the environment, no redirects.
        self._http = httpx.Client(
            timeout=timeout_seconds, verify=trusted_authorities(), trust_env=False, follow_redirects=False
        )

    def __enter__(self) -> "WitnessClient":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def add_checkpoint(self, url: str, body: bytes) -> WitnessReply:
        """Submit a checkpoint to the witness at a submission prefix."""
        return self._send("POST", url + "/add-checkpoint", body)

    def newest_note(self, url: str) -> WitnessReply:
        """Fetch the newest note that a witness cosigned."""
        return self._send("GET", url + "/checkpoint", b"")

    def _send(self, method: str, url: str, body: bytes) -> WitnessReply:
        headers = {"Accept-Encoding": "identity"} | ({"Content-Type": "text/plain; charset=utf-8"} if body else {})
        try:
            with self._http.stream(method, url, headers=headers, content=body) as response:
                received = bytearray()
                for chunk in response.iter_raw():
                    received += chunk
                    if len(received) > MAX_NOTE_BYTES:
                        return WitnessReply(0)
                return WitnessReply(response.status_code, bytes(received))
        except httpx.HTTPError:
            return WitnessReply(0)


def each_at_once(task: Callable[[T], None], things: Iterable[T]) -> None:
    """Run `task` for all things side by side and wait for all; raises what the first that failed raised."""
    waiting = list(things)
    if waiting:
        with ThreadPoolExecutor(min(MAX_PARALLEL, len(waiting)), "witness") as threads:
            list(threads.map(task, waiting))
