"""Publishes an index in a process of its own, as a connector would, and prints what each step took, as JSON.

    python -m bench.publishing <the connector's folder> <digest of the agreement>

How far it is goes to the standard error.
"""

import json
import os
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from bench.machine import forget_peak_memory, peak_memory_mb
from connectors.cli.session import Session
from connectors.context import open_connector
from connectors.gateway_client import GatewayClient
from connectors.publisher.prepare_index import RECORDS_A_STEP
from connectors.publisher.publish_index import IndexPublisher
from connectors.register import open_register
from connectors.trust import TrustStore
from demo.scenario.cast import PASSPHRASE

_RECORDS_BETWEEN_REPORTS = 50_000


@dataclass(slots=True)
class Stages:
    """Seconds of each step of a publication, and the most memory that the connector had meanwhile, in MiB."""

    reading: float = 0.0
    hashing: float = 0.0
    sending: float = 0.0
    activating: float = 0.0
    memory_mb: float = 0.0

    @property
    def seconds(self) -> float:
        """The whole publication."""
        return self.reading + self.hashing + self.sending + self.activating


class StageClock:
    """Divides time by what a publisher reports: a batch is hashed and kept after its last record was read."""

    def __init__(self) -> None:
        self.stages = Stages()
        self._since = time.perf_counter()
        self._last_read = 0

    def take(self, step: str, done: int, total: int | None) -> None:
        """Note that `done` records were read, or parts sent (`Progress` of the publisher)."""
        if step == "send":
            self.stages.sending += self._lap() if done else 0.0
            self.stages.hashing += 0.0 if done else self._lap()
            return
        is_after_batch = self._last_read > 0 and self._last_read % RECORDS_A_STEP == 0
        if is_after_batch:
            self.stages.hashing += self._lap()
        else:
            self.stages.reading += self._lap()
        self._last_read = done
        if done % _RECORDS_BETWEEN_REPORTS == 0:
            click.echo(f"  {done:,} of {total or 0:,} records", err=True)

    def finish(self) -> Stages:
        """Return the stages; what came after the last part was sent is the activation."""
        self.stages.activating = self._lap()
        return self.stages

    def _lap(self) -> float:
        now = time.perf_counter()
        seconds, self._since = now - self._since, now
        return seconds


def publish(folder: Path, digest: str) -> Stages:
    """Publish the agreement's first index from the connector in `folder`."""
    connector = open_connector(folder, PASSPHRASE)
    trust = TrustStore(connector.state, connector.gateway)
    session = Session(connector, trust, GatewayClient(connector, trust))
    publisher = IndexPublisher(connector, session.client, open_register(connector))
    forget_peak_memory(os.getpid())
    clock = StageClock()
    publisher.publish(digest, clock.take)
    stages = clock.finish()
    stages.memory_mb = peak_memory_mb(os.getpid())
    session.close()
    return stages


if __name__ == "__main__":
    click.echo(json.dumps(asdict(publish(Path(sys.argv[1]), sys.argv[2]))))
