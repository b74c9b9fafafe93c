"""Measures everything that the page shows: pairs of agencies, special cases, many records, published test data."""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

from bench.machine import describe_machine, load_average
from demo.province import Agency
from quality.febrl_trial import febrl_trial
from quality.hashing_cost import measure_hashing
from quality.holdings import Holding, prepare_holding
from quality.leakage_rows import measure_index
from quality.methods import run_method
from quality.peers.environments import PeerFailedError, PeerMissingError
from quality.protocol import ProtocolPlan, measure_protocol
from quality.provinces import TODAY, read_agency, write_province
from quality.results import Results, TrialResult
from quality.special_cases import special_trials
from quality.trials import AGENCIES, LARGE_PAIRS, PAIRS, Trial, agency_trials

LOCAL_KEY_BYTES: Final = 32
PROTOCOL_CHILDREN: Final = 33_400
PROTOCOL_ROWS: Final = 3_000
HASHING_BATCHES: Final = 4
MINUTE_SECONDS: Final = 60

SPECIAL_PAIR: Final = (Agency.CIVIL_AFFAIRS, Agency.EDUCATION)
LEAKAGE_PAIR: Final = (Agency.EDUCATION, Agency.PUBLIC_SECURITY)
"""The agency whose index is looked at, and the one whose plaintext the looker has."""

Tell = Callable[[str], None]
"""Takes what is begun next."""

Show = Callable[[TrialResult], None]
"""Takes a trial's result as soon as it is there."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What one run measures.

    Attributes:
        children: of each province whose six pairs of agencies are linked.
        seeds: of these provinces; 1 to 5 were used for choosing parameters and prove nothing.
        large_children: of the one large province, of which ours and Splink link three pairs; None for none.
        folder: gets provinces and what the methods write.
    """

    children: int
    seeds: tuple[int, ...]
    large_children: int | None
    folder: Path


@dataclass(frozen=True, slots=True)
class Province:
    """A province that was written, and what each agency's file was prepared as."""

    folder: Path
    seed: int
    holdings: dict[Agency, Holding]


def measure(plan: Plan, tell: Tell, show: Show) -> Results:
    """Measure everything of a plan.

    Raises:
        OursFailedError: our own method failed.
        OSError: a file can't be written.
    """
    began, local_key = time.monotonic(), os.urandom(LOCAL_KEY_BYTES)
    machine = {**describe_machine(), "numpy": version("numpy")}
    trials = []
    for result in _results(_trials(plan, local_key, tell), tell):
        show(result)
        trials.append(result)
    tell("hashing")
    hashing = measure_hashing(HASHING_BATCHES, TODAY)
    tell("leakage")
    seen, known = (read_agency(*_largest(plan, agency)) for agency in LEAKAGE_PAIR)
    leakage = measure_index(seen, known, local_key)
    tell("protocol")
    protocol = measure_protocol(_protocol_plan(plan), local_key)
    return Results(
        measured_on=datetime.now().astimezone().date().isoformat(),
        minutes=(time.monotonic() - began) / MINUTE_SECONDS,
        machine={**machine, "load at end": load_average()},
        children=plan.children,
        seeds=plan.seeds,
        large_children=plan.large_children,
        trials=tuple(trials),
        hashing=hashing,
        leakage=leakage,
        protocol=protocol,
    )


def measure_protocol_again(plan: Plan, results: Results, tell: Tell) -> Results:
    """Measure the signed protocol beside Splink anew, when the machine is quiet; everything else stays as it was.

    Raises:
        OSError: a file can't be written.
    """
    tell("protocol")
    return results.model_copy(update={"protocol": measure_protocol(_protocol_plan(plan), os.urandom(LOCAL_KEY_BYTES))})


def _protocol_plan(plan: Plan) -> ProtocolPlan:
    """A province whose second agency holds 20,000 records, or a small one."""
    seed, folder = plan.seeds[0], plan.folder / "protocol"
    is_small = plan.children < PROTOCOL_CHILDREN
    return ProtocolPlan(
        children=plan.children if is_small else PROTOCOL_CHILDREN,
        seed=seed,
        rows=PROTOCOL_ROWS // 10 if is_small else PROTOCOL_ROWS,
        folder=folder,
    )


def _results(trials: Iterable[Trial], tell: Tell) -> Iterator[TrialResult]:
    for trial in trials:
        outcomes = []
        for method in trial.methods:
            tell(f"{trial.group} {trial.name}: {method}")
            outcomes.append(run_method(method, trial))
        yield TrialResult(
            group=trial.group,
            name=trial.name,
            seed=trial.seed,
            left_records=len(trial.truth.left),
            right_records=len(trial.truth.right),
            true_links=trial.truth.links,
            hashes_a_record=(
                trial.left.hashes / max(1, len(trial.truth.left)),
                trial.right.hashes / max(1, len(trial.truth.right)),
            ),
            outcomes=tuple(outcomes),
        )


def _trials(plan: Plan, local_key: bytes, tell: Tell) -> Iterator[Trial]:
    for seed in plan.seeds:
        province = _prepare(plan.folder / f"{plan.children}-{seed}", plan.children, seed, local_key, tell)
        yield from agency_trials("pairs", province.holdings, PAIRS, seed, province.folder)
        if seed == plan.seeds[0]:
            yield from _special(province, local_key, tell)
    if plan.large_children is not None:
        seed = plan.seeds[0]
        province = _prepare(plan.folder / f"{plan.large_children}-{seed}", plan.large_children, seed, local_key, tell)
        yield from agency_trials(
            "large", province.holdings, LARGE_PAIRS, seed, province.folder, methods=("ours", "splink")
        )
    tell("FEBRL4")
    try:
        yield febrl_trial(plan.folder / "febrl4")
    except (PeerMissingError, PeerFailedError):
        # The data come with a package of their own: without it the page says that there are none.
        return


def _special(province: Province, local_key: bytes, tell: Tell) -> Iterator[Trial]:
    tell("special cases")
    left, right = (read_agency(province.folder / "province", agency, province.seed) for agency in SPECIAL_PAIR)
    model = province.folder / "-".join(agency.value for agency in SPECIAL_PAIR) / "model.json"
    yield from special_trials(
        left, right, province.seed, province.folder / "special", local_key, model if model.exists() else None
    )


def _prepare(folder: Path, children: int, seed: int, local_key: bytes, tell: Tell) -> Province:
    tell(f"province of {children:,} children, seed {seed}")
    write_province(folder / "province", children, seed)
    holdings = {}
    for agency in AGENCIES:
        tell(f"{agency.value}: attributes and hashes")
        holdings[agency] = prepare_holding(
            read_agency(folder / "province", agency, seed), folder / agency.value, local_key
        )
    return Province(folder, seed, holdings)


def _largest(plan: Plan, agency: Agency) -> tuple[Path, Agency, int]:
    """Return what `read_agency` takes to read an agency of the largest province."""
    children = plan.children if plan.large_children is None else plan.large_children
    return plan.folder / f"{children}-{plan.seeds[0]}" / "province", agency, plan.seeds[0]
