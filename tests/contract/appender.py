"""Appends to a log from several threads until it is killed; says what was acknowledged, and what it signed.

    python -m tests.contract.appender <database URL> <threads>

Prints a line for each acknowledged event, `<index> <leaf hash>`, and for each checkpoint, `checkpoint <size> <root>`.
"""

import sys
import threading

from sqlalchemy import Engine

from gateway.log.checkpoints import latest_checkpoint
from gateway.log.journal import Journal
from gateway.persistence.engine import create_database_engine
from tests.audit_log import log_events, query_event, sign, start_journal


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _append(journal: Journal) -> None:
    while True:
        receipt = journal.write(log_events(query_event()), 60).receipts[0]
        _say(f"{receipt.index} {receipt.leaf_hash.hex()}")


def _sign(engine: Engine) -> None:
    while True:
        sign(engine)
        if (stored := latest_checkpoint(engine)) is not None:
            _say(f"checkpoint {stored.size} {stored.root_hash.hex()}")


def main() -> None:
    """Start the threads and wait for the end."""
    url, threads = sys.argv[1:]
    engine = create_database_engine(url)
    journal = start_journal(engine)
    for _ in range(int(threads)):
        threading.Thread(target=_append, args=(journal,), daemon=True).start()
    _sign(engine)


if __name__ == "__main__":
    main()
