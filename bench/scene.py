"""What is measured over HTTP: a gateway under gunicorn, two agencies that agreed, a register of any size."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path

from bench.load import Answers
from bench.machine import children_of, peak_memory_mb, processor_seconds
from bench.register import write_register
from connectors.cli.session import Session
from connectors.context import OFFICE_ZONE
from connectors.evaluation import create_evaluation_key
from connectors.register import county_within, open_register
from connectors.requester.hashes import HashedRow
from connectors.requester.roster import RosterRow
from demo.province import Agency
from demo.scenario.desks import Desk, agree
from demo.scenario.stage import Stage
from gateway.settings import DATABASE_FILE
from keys.crypto.oprf_batch import evaluate_batch
from keys.custody.key_file_format import KdfCost
from schemas.agreement import Agreement
from schemas.key_set import load_key_set

FIRST_EPOCH = 1
PURPOSE = "P14"
REGIONS = ("99",)
REQUESTER, PROVIDER = Agency.CIVIL_AFFAIRS, Agency.PUBLIC_SECURITY
QUICK_KDF_COST = KdfCost(opslimit=1, memlimit=8192)


@dataclass(frozen=True)
class Scene:
    """The running gateway, both agencies' desks, and an active agreement between them that covers every record."""

    stage: Stage
    requester: Session
    provider: Session
    agreement: Agreement
    gateway_process: int

    @property
    def gateway_database(self) -> Path:
        """The gateway's SQLite file."""
        return self.stage.gateway_folder / DATABASE_FILE

    def gateway_memory_mb(self) -> float:
        """Return the most memory that the largest worker of the gateway has had so far, in MiB."""
        return max(map(peak_memory_mb, children_of(self.gateway_process)))

    def charged(self, send: Callable[[], Answers], *others: int) -> Answers:
        """Send, and note what the gateway's processes and `others` spent on it."""
        processes = (self.gateway_process, *others)
        before = sum(map(processor_seconds, processes))
        answers = send()
        spent = sum(map(processor_seconds, processes)) - before
        return replace(answers, sample=replace(answers.sample, cpu_seconds=spent))

    def hash_records(self, count: int) -> list[HashedRow]:
        """Return `count` records of the register as a requester asks about them first, hashed under the provider's key.

        First: with their ID number and name by sound and birth date, which settle a record.
        """
        connector = self.provider.connector
        settling = load_key_set("G").settled_by
        rows = [
            RosterRow(record.row_number, record.linkage_keys, county_within(record, REGIONS)).only(
                lambda key: key.key_type in settling and not key.is_flagged
            )
            for record in islice(open_register(connector).records(), count)
        ]
        key_pair = create_evaluation_key(connector, self.agreement.digest(), FIRST_EPOCH)
        inputs = [key.oprf_input() for row in rows for key in row.keys]
        outputs = iter(evaluate_batch(key_pair.private_key, inputs))
        return [HashedRow(row, {key.key_type: (next(outputs),) for key in row.keys}) for row in rows]


class TwoAgencies(Stage):
    """A stage with those two who agree alone."""

    @property
    def desks(self) -> dict[Agency, Desk]:
        """The two desks."""
        return {kind: desk for kind, desk in super().desks.items() if kind in {REQUESTER, PROVIDER}}


@contextmanager
def open_scene(records: int, *, database: str | None = None, workers: int = 1) -> Iterator[Scene]:
    """Set everything up in a temp folder; the server is ended and the folder removed on leaving.

    Args:
        records: how many the register holds.
        database: the gateway's, an empty one; SQLite in its folder if none is named.
        workers: processes of the gateway.
    """
    with tempfile.TemporaryDirectory(prefix="tongxin-bench-") as folder:
        stage = TwoAgencies(Path(folder), datetime.now(OFFICE_ZONE).date(), QUICK_KDF_COST, database=database)
        write_register(stage.province, records, stage.today)
        stage.found()
        with stage.serving_gateway("--workers", str(workers)) as process:
            requester, provider = (stage.desks[kind].sit_down() for kind in (REQUESTER, PROVIDER))
            with closing(requester), closing(provider):
                agreement = agree(requester, provider, PURPOSE, REGIONS)
                yield Scene(stage, requester, provider, agreement, process)
