"""Publishes an index in a process of its own, as a connector would, and prints what each step took, as JSON.

    python -m bench.publishing <the connector's folder> <digest of the agreement>

How far it is goes to the standard error.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import click

from bench.machine import children_of, forget_peak_memory, peak_memory_mb
from connectors.agencies import agency_of
from connectors.cli.session import Session
from connectors.context import Connector, open_connector
from connectors.data_sets import Record
from connectors.gateway_client import GatewayClient
from connectors.publisher.publish_index import IndexPublisher
from connectors.register import Register
from connectors.sources.mapping import load_mapping, open_source
from connectors.trust import TrustStore
from demo.scenario.cast import PASSPHRASE

_RECORDS_BETWEEN_REPORTS = 50_000


@dataclass(frozen=True, slots=True)
class Stages:
    """Seconds of each step of a publication; processor time and most memory (MiB) of the connector meanwhile.

    Records are read while others are hashed: `hashing` is what reading did not take of their time.
    """

    reading: float
    hashing: float
    sending: float
    activating: float
    cpu_seconds: float = 0.0
    memory_mb: float = 0.0

    @property
    def seconds(self) -> float:
        """The whole publication."""
        return self.reading + self.hashing + self.sending + self.activating


class TimedRegister(Register):
    """A register that adds up the seconds which reading it takes."""

    seconds = 0.0

    def identities(self) -> Iterator[Record]:
        """Yield what the register yields."""
        records = super().identities()
        while True:
            began = time.perf_counter()
            record = next(records, None)
            self.seconds += time.perf_counter() - began
            if record is None:
                return
            yield record


class StageClock:
    """Divides time by what a publisher reports: it hashes, then sends, and what comes after that is the activation."""

    def __init__(self, now: Callable[[], float] = time.perf_counter) -> None:
        self._now = now
        self._since = now()
        self._next_report = _RECORDS_BETWEEN_REPORTS
        self.preparing = self.sending = 0.0

    def take(self, step: str, done: int, total: int | None) -> None:
        """Note that `done` records were read, or parts sent (`Progress` of the publisher)."""
        if step == "send" and done == 0:
            self.preparing += self._lap()
        elif step == "send":
            self.sending += self._lap()
        elif done >= self._next_report:
            click.echo(f"  {done:,} of {total or 0:,} records", err=True)
            self._next_report += _RECORDS_BETWEEN_REPORTS

    def stages(self, reading: float) -> Stages:
        """Return the steps, once all is done; of preparing, `reading` seconds were spent in the register."""
        return Stages(reading, self.preparing - reading, self.sending, activating=self._lap())

    def _lap(self) -> float:
        now = self._now()
        seconds, self._since = now - self._since, now
        return seconds


class OthersMemory:
    """Keeps the most memory (MiB) that the processes which this one started had together, whenever it looked."""

    def __init__(self) -> None:
        self.most_mb = 0.0

    def look(self) -> None:
        """Look at those that run."""
        self.most_mb = max(self.most_mb, sum(map(peak_memory_mb, children_of(os.getpid()))))


def publish(folder: Path, digest: str) -> Stages:
    """Publish the agreement's first index from the connector in `folder`."""
    connector = open_connector(folder, PASSPHRASE)
    trust = TrustStore(connector.state, connector.gateway)
    session = Session(connector, trust, GatewayClient(connector, trust))
    register = _open_timed_register(connector)
    forget_peak_memory(os.getpid())
    clock, cpu_began, others = StageClock(), _processor_seconds(), OthersMemory()

    def take(step: str, done: int, total: int | None) -> None:
        others.look()
        clock.take(step, done, total)

    IndexPublisher(connector, session.client, register).publish(digest, take)
    stages = replace(
        clock.stages(register.seconds),
        cpu_seconds=_processor_seconds() - cpu_began,
        memory_mb=peak_memory_mb(os.getpid()) + others.most_mb,
    )
    session.close()
    return stages


def _processor_seconds() -> float:
    """Return what this process and those that it started, which have all ended, have spent."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime


def _open_timed_register(connector: Connector) -> TimedRegister:
    path = Path(connector.folder, connector.settings.register_mapping or "")
    mapping = load_mapping(path)
    agency = agency_of(connector.settings.agency_type)
    return TimedRegister(connector, agency, mapping, open_source(mapping, path.parent, os.environ))


if __name__ == "__main__":
    click.echo(json.dumps(asdict(publish(Path(sys.argv[1]), sys.argv[2]))))
