"""What was measured last by each benchmark, kept beside the page that quotes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from bench.report import Result

FOLDER: Final = Path("docs/explanation/performance")


@dataclass(frozen=True, slots=True)
class KeptRun:
    """One benchmark's last run.

    Attributes:
        measured_on: the day, at the machine.
        is_quick: whether it was the small run.
        machine: what it was taken on, with the load before and after.
        results: in the order in which they were measured.
    """

    measured_on: date
    is_quick: bool
    machine: Mapping[str, str]
    results: Sequence[Result]


_RUN: Final = TypeAdapter(KeptRun)
_RUNS: Final = TypeAdapter(Mapping[str, KeptRun])


def keep_run(name: str, run: KeptRun, folder: Path = FOLDER) -> None:
    """Write a benchmark's run over its last one."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_bytes(_RUN.dump_json(run, indent=1, ensure_ascii=False) + b"\n")


def kept_runs(names: Sequence[str], folder: Path = FOLDER) -> dict[str, KeptRun]:
    """Return the last run of each benchmark that has one.

    Raises:
        pydantic.ValidationError: a file was not written by `keep_run`.
    """
    paths = {name: folder / f"{name}.json" for name in names}
    return {name: _RUN.validate_json(path.read_bytes()) for name, path in paths.items() if path.exists()}


def as_json(runs: Mapping[str, KeptRun]) -> str:
    """Return the runs by the name of their benchmark, every round of them."""
    return _RUNS.dump_json(runs, indent=1, ensure_ascii=False).decode()
