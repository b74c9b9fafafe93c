"""Links two CSV files with Splink and DuckDB; run as a program of its own, in the environment of this folder.

Usage: link.py {children|febrl} LEFT RIGHT LINKS REPORT. LINKS gets left, right, weight (log2 odds) and probability of
the pairs whose probability is at least `LEAST_PROBABILITY`; REPORT gets times in seconds, versions and memory as JSON.
"""

import json
import sys
import time
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb  # type: ignore[import-not-found]
from splink import DuckDBAPI, Linker  # type: ignore[import-not-found]
from splink.internals.exceptions import EMTrainingException  # type: ignore[import-not-found]

LEAST_PROBABILITY = 0.001
NO_PAIRS = 'SELECT 0 AS "left", 0 AS "right", 0.0 AS weight, 0.0 AS probability WHERE false'
U_PAIRS = 5e6
SEED = 1


def main(data: str, left: str, right: str, links: str, report: str) -> None:
    """Link `left` with `right`, which hold records of the kind `data`."""
    began = time.perf_counter()
    model = import_module(data)
    connection = duckdb.connect(":memory:")
    linker = _linker(connection, model, left, right)
    has_matches = train(linker, model)
    trained = time.perf_counter()
    connection.execute(f"COPY ({_scored(linker) if has_matches else NO_PAIRS}) TO '{links}' (HEADER, DELIMITER ',')")
    finished = time.perf_counter()
    told = {
        "versions": {name: version(name) for name in ("splink", "duckdb")},
        "seconds": {"train": trained - began, "link": finished - trained},
        "peak_memory_mb": peak_memory_mb(),
    }
    Path(report).write_text(json.dumps(told), encoding="utf-8")


def _linker(connection: Any, model: ModuleType, left: str, right: str) -> Any:
    # Splink 5.0 writes lambdas as DuckDB 1 took them.
    connection.execute("SET lambda_syntax = 'ENABLE_SINGLE_ARROW'")
    connection.execute(
        "CREATE MACRO filter_empty(cell) AS"
        " CASE WHEN cell = '' OR cell IS NULL THEN NULL ELSE string_split(cell, '|') END"
    )
    api = DuckDBAPI(connection)
    frames = []
    for name, path in (("a", left), ("b", right)):
        # Splink takes the left side of a pair from the file whose name comes first.
        connection.execute(f"CREATE TABLE {name} AS SELECT {model.COLUMNS} FROM read_csv('{path}', all_varchar = true)")
        frames.append(api.register(name, dataset_display_name=f"{name}_file"))
    return Linker(frames, model.SETTINGS, log_level=None)


def _scored(linker: Any) -> str:
    scored = linker.inference.predict(threshold_match_probability=LEAST_PROBABILITY)
    return (
        'SELECT unique_id_l AS "left", unique_id_r AS "right",'
        f" match_weight AS weight, match_probability AS probability FROM {scored.physical_name}"
    )


def train(linker: Any, model: ModuleType) -> bool:
    """Estimate everything without labels: the prior by rules, u by random pairs, m by EM under blocking rules.

    Returns:
        Whether there are any matches by these rules; without, there is nothing to estimate.
    """
    training = linker.training
    training.estimate_probability_two_random_records_match(model.DETERMINISTIC_RULES, recall=model.DETERMINISTIC_RECALL)
    if not linker.misc.save_model_to_json()["probability_two_random_records_match"]:
        return False
    training.estimate_u_using_random_sampling(max_pairs=U_PAIRS, seed=SEED)
    for rule in model.TRAINING_RULES:
        try:
            training.estimate_parameters_using_expectation_maximisation(rule)
        except EMTrainingException:
            # No pair agrees on it, as where a file has no ID numbers: whoever uses Splink leaves such a rule out.
            continue
    return True


def peak_memory_mb() -> float:
    """Return MiB; the counter of the resource module would start with what the starting process had."""
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    main(*sys.argv[1:])
