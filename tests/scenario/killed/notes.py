"""What the killed processes did, as far as they came: lines that outlive them, since the kernel holds them."""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from connectors.gateway_client import Answered, GatewayClient, Prepared, T
from connectors.requester import hashes
from connectors.state.evaluated_keys import EvaluatedKeys
from schemas.agreement import Agreement


class Notes:
    """Adds lines to the file that all processes share."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(self._file, b"\n")  # whoever was killed while writing has left half a line

    def add(self, what: str, **facts: object) -> None:
        """Add one line; it is there when this returns, whatever happens to this process."""
        line = json.dumps({"what": what, "process": os.getpid(), **facts}, ensure_ascii=False)
        os.write(self._file, line.encode() + b"\n")


@dataclass
class NotesReader:
    """Reads what was added since it was asked last."""

    path: Path
    _offset: int = 0

    def read(self) -> list[dict[str, Any]]:
        """Return the new lines; half lines of killed processes are left out."""
        with self.path.open("rb") as file:
            file.seek(self._offset)
            data = file.read()
        whole = data[: data.rfind(b"\n") + 1]
        self._offset += len(whole)
        found = []
        for line in whole.splitlines():
            try:
                found.append(json.loads(line))
            except ValueError:
                continue
        return found


class NotedClient(GatewayClient):
    """The real client, which notes each message before it is sent and once its answer was verified."""

    notes: Notes

    def send(
        self, prepared: Prepared, answer: type[T], max_bytes: int, agreement: Agreement | None = None
    ) -> Answered[T]:
        """Send as the real client does."""
        claims = prepared.claims
        stated = {"type": claims.type.value, "id": claims.id, "agreement": claims.agreement}
        body = prepared.body.decode()
        self.notes.add("sending", **stated, envelope=prepared.envelope, body=body, at=claims.issued_at)
        answered = super().send(prepared, answer, max_bytes, agreement)
        self.notes.add("acknowledged", **stated, answer=answered.message.to_bytes().decode())
        return answered


class NotedKeys(EvaluatedKeys):
    """The real store of evaluated keys, which notes what it is asked for, what it lacked, and what it has kept."""

    notes: ClassVar[Notes]

    def find(self, inputs: Iterable[bytes]) -> dict[bytes, bytes]:
        """Find as the real store does."""
        wanted = list(inputs)
        self.notes.add("looking")
        found = super().find(wanted)
        self.notes.add("lacking", keys=[self._lookup(message).hex() for message in wanted if message not in found])
        return found

    def keep(self, outputs: Mapping[bytes, bytes]) -> None:
        """Keep as the real store does."""
        super().keep(outputs)
        self.notes.add("kept", keys=[self._lookup(message).hex() for message in outputs])


def note_evaluations(notes: Notes) -> None:
    """Have this process note its evaluated keys."""
    NotedKeys.notes = notes
    vars(hashes)["EvaluatedKeys"] = NotedKeys
