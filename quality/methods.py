"""Runs one method on a trial, in a process of its own, and scores its links."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from quality.peers.environments import PeerFailedError, PeerMissingError, run_peer
from quality.results import Bar, Method, Outcome, Score
from quality.scoring import Point, ScoredPairs, Values, best_point, expected_f1_threshold, one_to_one, point_at
from quality.trials import Trial
from schemas.messages.match import Basis

ANONLINK_THRESHOLD: Final = 0.77
"""The best one for the six pairs of agencies of the province of seed 1, chosen with its truth at hand."""

PROBABILITY_EDGES: Final = (0.0, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 0.999, 1.0)
SIMILARITY_EDGES: Final = (0.6, 0.65, 0.7, 0.725, 0.75, 0.775, 0.8, 0.85, 0.9, 1.0)
SETTLED_LABEL: Final = "settled"

NOT_INSTALLED: Final = "not installed"
FAILED: Final = "failed"


class OursFailedError(Exception):
    """Our own program ended with an error; the trial's name is in the message."""


def run_method(method: Method, trial: Trial) -> Outcome:
    """Return what a method makes of a trial; a peer that can't be installed, or fails, is named as missing.

    Raises:
        OursFailedError: our own method failed.
    """
    trial.folder.mkdir(parents=True, exist_ok=True)
    try:
        return _METHODS[method](trial)
    except PeerMissingError:
        return Outcome(method=method, missing=NOT_INSTALLED)
    except PeerFailedError:
        return Outcome(method=method, missing=FAILED)


def _ours(trial: Trial) -> Outcome:
    links, report = trial.folder / "ours.npz", trial.folder / "ours.json"
    files = (trial.left.table, trial.right.table, links, report)
    command = [sys.executable, "-m", "quality.our_method", *map(str, files)]
    for option, path in (("--key-set", trial.key_set), ("--kept", trial.kept_model), ("--model", trial.keeps_model)):
        command += [] if path is None else [option, str(path)]
    if subprocess.run(command, check=False).returncode:
        raise OursFailedError(trial.name)
    told: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    with np.load(links) as arrays:
        pairs = ScoredPairs(arrays["left"], arrays["right"], np.nan_to_num(arrays["probability"]), None)
        is_match, is_settled = arrays["is_match"], arrays["is_settled"]
    is_right = trial.truth.is_right(pairs)
    # Rules rank nothing: without probabilities there are no bars, and no point but the chosen one.
    by_rules = told["basis"] == Basis.RULES
    is_scored = np.zeros_like(is_settled) if by_rules else ~is_settled
    scored = count_bars(pairs.score[is_scored], is_right[is_scored], PROBABILITY_EDGES)
    settled = Bar(label=SETTLED_LABEL, right=int(is_right[is_settled].sum()), wrong=int((~is_right[is_settled]).sum()))
    return Outcome(
        method="ours",
        chosen=Score.of(Point(int(is_match.sum()), int((is_match & is_right).sum()), trial.truth.links)),
        best=None if by_rules else Score.of(best_point(pairs, trial.truth)),
        bars=(*scored, settled),
        **told,
    )


def _splink(trial: Trial) -> Outcome:
    columns, told = _run_peer("splink", trial)
    probability = columns["probability"]
    links = one_to_one(ScoredPairs(columns["left"], columns["right"], columns["weight"], probability))
    expected = np.zeros(0) if links.probability is None else links.probability
    chosen = point_at(links, trial.truth, expected_f1_threshold(links))
    accepted = float(expected[: chosen.links].sum())
    return Outcome(
        method="splink",
        chosen=Score.of(chosen),
        best=Score.of(best_point(links, trial.truth)),
        precision=accepted / chosen.links if chosen.links else None,
        recall=accepted / float(expected.sum()) if chosen.links else None,
        bars=count_bars(expected, trial.truth.is_right(links), PROBABILITY_EDGES),
        **told,
    )


def _anonlink(trial: Trial) -> Outcome:
    columns, told = _run_peer("anonlink", trial)
    links = ScoredPairs(columns["left"], columns["right"], columns["similarity"], None)
    return Outcome(
        method="anonlink",
        chosen=Score.of(point_at(links, trial.truth, ANONLINK_THRESHOLD)),
        best=Score.of(best_point(links, trial.truth)),
        bars=count_bars(links.score, trial.truth.is_right(links), SIMILARITY_EDGES),
        **told,
    )


_METHODS: Final[Mapping[Method, Callable[[Trial], Outcome]]] = {
    "ours": _ours,
    "splink": _splink,
    "anonlink": _anonlink,
}


def _run_peer(peer: str, trial: Trial) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Run a peer and return the columns of its links and what it reports of itself.

    Raises:
        PeerMissingError: it can't be installed.
        PeerFailedError: it ended without links.
    """
    links, report = trial.folder / f"{peer}.csv", trial.folder / f"{peer}.json"
    log = trial.folder / f"{peer}.log"
    run_peer(peer, "link.py", trial.data, trial.left.attributes, trial.right.attributes, links, report, log=log)
    with links.open(encoding="ascii") as file:
        names = file.readline().strip().split(",")
        read = np.loadtxt(file, delimiter=",", ndmin=2).reshape(-1, len(names))
    columns: dict[str, NDArray[Any]] = {name: read[:, place] for place, name in enumerate(names)}
    for name in ("left", "right"):
        columns[name] = columns[name].astype(np.int64)
    return columns, json.loads(report.read_text(encoding="utf-8"))


def count_bars(score: Values, is_right: NDArray[np.bool_], edges: Sequence[float]) -> tuple[Bar, ...]:
    """Return how many right and wrong pairs have a score from each edge up to the next, the last one included."""
    right, _ = np.histogram(score[is_right], edges)
    wrong, _ = np.histogram(score[~is_right], edges)
    return tuple(
        Bar(label=f"{low:g}–{high:g}", right=int(right[place]), wrong=int(wrong[place]))
        for place, (low, high) in enumerate(pairwise(edges))
    )
