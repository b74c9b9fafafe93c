"""Links two CSV files by Bloom filters with clkhash and anonlink; a program in the environment of this folder.

Usage: link.py {children|febrl} LEFT RIGHT LINKS REPORT. LINKS gets left, right and similarity of the pairs that the
greedy solver keeps above `LEAST_SIMILARITY`; REPORT gets times in seconds, versions and memory as JSON.
"""

import csv
import json
import secrets
import sys
import time
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

import anonlink  # type: ignore[import-not-found]
from clkhash.clk import generate_clks  # type: ignore[import-not-found]
from clkhash.schema import from_json_dict  # type: ignore[import-not-found]

LEAST_SIMILARITY = 0.6
CANDIDATES_A_RECORD = 10


def main(data: str, left: str, right: str, links: str, report: str) -> None:
    """Link `left` with `right`, which hold records of the kind `data`."""
    began = time.perf_counter()
    secret = secrets.token_hex(32)
    model = import_module(data)
    filters = [encode(model, path, secret) for path in (left, right)]
    encoded = time.perf_counter()
    similarities, files, records = anonlink.candidate_generation.find_candidate_pairs(
        filters, anonlink.similarities.dice_coefficient, LEAST_SIMILARITY, k=CANDIDATES_A_RECORD
    )
    groups = anonlink.solving.greedy_solve((similarities, files, records))
    similarity_of = dict(zip(zip(records[0], records[1], strict=True), similarities, strict=True))
    with Path(links).open("w", encoding="ascii", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["left", "right", "similarity"])
        for group in groups:
            pair = tuple(number for _, number in sorted(group))
            writer.writerow([*pair, similarity_of[pair]])
    told = {
        "versions": {name: version(name) for name in ("anonlink", "clkhash")},
        "seconds": {"encode": encoded - began, "link": time.perf_counter() - encoded},
        "peak_memory_mb": peak_memory_mb(),
    }
    Path(report).write_text(json.dumps(told), encoding="utf-8")


def encode(model: ModuleType, path: str, secret: str) -> list[Any]:
    """Return a Bloom filter for each record of a file."""
    with Path(path).open(encoding="utf-8", newline="") as file:
        rows = [model.row_of(record) for record in csv.DictReader(file)]
    filters: list[Any] = generate_clks(rows, from_json_dict(model.SCHEMA), secret, validate=False)
    return filters


def peak_memory_mb() -> float:
    """Return MiB; the counter of the resource module would start with what the starting process had."""
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    main(*sys.argv[1:])
