"""Links two tables of hashes as requester and gateway do: a program of its own, so that its memory can be told.

Usage: python -m quality.our_method ASKED INDEX LINKS REPORT [--key-set FILE] [--kept MODEL] [--model MODEL]. LINKS gets
the pairs as arrays (`.npz`); REPORT gets times in seconds, memory and what the system says of the run, as JSON.
"""

import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import click
import numpy as np
from numpy.typing import NDArray

from bench.machine import peak_memory_mb
from connectors.publisher.common_keys import MAX_GROUP_PUBLISHED
from linkage.hash_table import HashTable
from linkage.judgement import NO_CANDIDATE
from linkage.run import Found, IndexProfile, Judgement, Model, judge, profile_of, settled
from quality.holdings import load_table
from quality.leakage import without_common
from schemas.key_set import KeySet, load_key_set, read_key_set
from schemas.messages.match import MAX_RUN_RECORDS, Outcome

MATCH: Final = list(Outcome).index(Outcome.MATCH)
POSSIBLE_MATCH: Final = list(Outcome).index(Outcome.POSSIBLE_MATCH)


@dataclass(frozen=True, slots=True)
class Index:
    """What the gateway holds of a published file, and its profile."""

    table: HashTable
    holds: NDArray[np.uint32] = field(repr=False)
    profile: IndexProfile


@dataclass(frozen=True, slots=True)
class Run:
    """One question's judgement.

    Attributes:
        rows: the file's rows that were asked for, in the order of the judgement.
        judgement: of each of them.
        partner: int64, for each of them the record of the index that it is judged to be, or `NO_CANDIDATE`.
        model: the fitted one, if there is one.
    """

    rows: NDArray[np.int64] = field(repr=False)
    judgement: Judgement
    partner: NDArray[np.int64] = field(repr=False)
    model: Model | None


def publish(table: HashTable, key_set: KeySet) -> Index:
    """Return the index of a file: without the hashes that too many of its records share."""
    published = without_common(table, MAX_GROUP_PUBLISHED)
    return Index(published, published.holds(), profile_of(published, key_set))


def ask(asked: HashTable, index: Index, key_set: KeySet, kept: Model | None = None) -> list[Run]:
    """Return the runs in which a requester asks about a whole file, each of at most `MAX_RUN_RECORDS` rows."""
    count = max(1, -(-asked.records // MAX_RUN_RECORDS))
    return [ask_run(asked, rows, index, key_set, kept) for rows in np.array_split(np.arange(asked.records), count)]


def ask_run(asked: HashTable, rows: NDArray[np.int64], index: Index, key_set: KeySet, kept: Model | None = None) -> Run:
    """Ask about some rows: what settles a row first, the other keys of those rows alone that are not settled by it."""
    number = np.full(asked.records, NO_CANDIDATE, np.int32)
    number[rows] = np.arange(len(rows), dtype=np.int32)
    table = asked.renumbered(number, len(rows))
    is_first = np.isin(table.key_type, _settling_codes(key_set))
    first = table.entries(is_first)
    is_settled = settled(first, _look_up(first, index)[0], key_set)
    sent = table.entries(is_first | ~is_settled[table.record])
    found, records = _look_up(sent, index)
    judgement, model = judge(sent, found, index.profile, key_set, kept)
    partner = np.full(len(rows), NO_CANDIDATE, np.int64)
    has_candidate = judgement.candidate != NO_CANDIDATE
    partner[has_candidate] = records[judgement.candidate[has_candidate]]
    return Run(rows, judgement, partner, model)


def _look_up(asked: HashTable, index: Index) -> tuple[Found, NDArray[np.int64]]:
    """Return the records of the index that share a hash with an asked row, and their numbers in the index."""
    shared = index.table.entries(np.isin(index.table.index_hash, asked.index_hash))
    records = np.unique(shared.record).astype(np.int64)
    number = np.full(index.table.records, NO_CANDIDATE, np.int32)
    number[records] = np.arange(len(records), dtype=np.int32)
    return Found(shared.renumbered(number, len(records)), index.holds[records]), records


def _settling_codes(key_set: KeySet) -> list[int]:
    return [defined.code for defined in key_set.key_types if defined.name in key_set.settled_by]


def write_links(runs: Sequence[Run], path: Path) -> None:
    """Write the pairs of all runs that have a candidate."""
    partner = np.concatenate([run.partner for run in runs])
    has_candidate = partner != NO_CANDIDATE
    np.savez(
        path,
        left=np.concatenate([run.rows for run in runs])[has_candidate],
        right=partner[has_candidate],
        probability=np.concatenate([run.judgement.probability for run in runs])[has_candidate],
        is_match=np.concatenate([run.judgement.outcome == MATCH for run in runs])[has_candidate],
        is_settled=np.concatenate([run.judgement.is_settled for run in runs])[has_candidate],
    )


def report(runs: Sequence[Run], seconds: dict[str, float]) -> dict[str, object]:
    """Return what the system says of a whole question; estimates are those of all runs together."""
    said = [run.judgement for run in runs]
    matches = [int((one.outcome == MATCH).sum()) for one in said]
    estimated = [(one.precision, one.recall, n) for one, n in zip(said, matches, strict=True)]
    right = sum(precision * n for precision, _, n in estimated if precision is not None)
    true = sum(
        precision * n / recall for precision, recall, n in estimated if precision is not None and recall is not None
    )
    accepted = sum(matches)
    is_estimated = accepted > 0 and all(precision is not None for precision, _, _ in estimated)
    return {
        "seconds": seconds,
        "peak_memory_mb": peak_memory_mb(os.getpid()),
        "runs": len(runs),
        "basis": said[0].basis.value,
        "withheld": next((one.withheld.value for one in said if one.withheld is not None), None),
        "settled": sum(int(np.count_nonzero(one.is_settled)) for one in said),
        "possible_matches": sum(int((one.outcome == POSSIBLE_MATCH).sum()) for one in said),
        "precision": right / accepted if is_estimated else said[0].precision,
        "recall": right / true if is_estimated and true else None,
    }


@click.command()
@click.argument("asked", type=click.Path(path_type=Path))
@click.argument("index", type=click.Path(path_type=Path))
@click.argument("links", type=click.Path(path_type=Path))
@click.argument("report_file", metavar="REPORT", type=click.Path(path_type=Path))
@click.option("--key-set", "key_set_file", type=click.Path(path_type=Path), help="another one than G")
@click.option("--kept", type=click.Path(path_type=Path), help="model of a larger run")
@click.option("--model", "model_file", type=click.Path(path_type=Path), help="gets the model of the first run")
def main(
    *,
    asked: Path,
    index: Path,
    links: Path,
    report_file: Path,
    key_set_file: Path | None,
    kept: Path | None,
    model_file: Path | None,
) -> None:
    """Link ASKED with INDEX."""
    key_set = load_key_set("G") if key_set_file is None else read_key_set(key_set_file.read_text(encoding="utf-8"))
    kept_model = None if kept is None else Model.from_json(kept.read_bytes())
    asked_table, index_table = load_table(asked), load_table(index)
    began = time.perf_counter()
    published = publish(index_table, key_set)
    profiled = time.perf_counter()
    runs = ask(asked_table, published, key_set, kept_model)
    seconds = {"profile": profiled - began, "link": time.perf_counter() - profiled}
    write_links(runs, links)
    if model_file is not None and runs[0].model is not None:
        model_file.write_bytes(runs[0].model.to_json())
    report_file.write_text(json.dumps(report(runs, seconds)), encoding="utf-8")


if __name__ == "__main__":
    main()
