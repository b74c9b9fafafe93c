"""Publishing an index and matching against it, from a register on disk to the gateway's database."""

import functools
import json
import operator
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bench.harness import Comparison, Contest, Figure, Sample, Tell, cpu_ratios
from bench.hashing import hashing_contest
from bench.linkage import oprf_inputs
from bench.machine import children_of, forget_peak_memory, processor_seconds
from bench.matching import compare_batch
from bench.publishing import Stages
from bench.scale import Scale
from bench.scene import Scene, open_scene
from demo.province import Agency

MATCH_ROUNDS = 7

OPRF_ALONE = "the OPRF alone"
"""`evaluate_batch` on all cores: each input expanded and mapped, multiplied, and the output hashed (RFC 9497)."""

_ROOT = Path(__file__).parents[1]


def run(scale: Scale, tell: Tell) -> Iterator[Comparison | Figure]:
    """Publish an index of each size and match a batch against it."""
    for records in scale.index_sizes:
        tell(f"a register of {records:,} records and a gateway")
        with open_scene(records) as scene:
            yield from _publish(scene, records, scale, tell)
            asked = scene.hash_records(scale.batch_records)
            yield compare_batch(scene, asked, MATCH_ROUNDS, tell, name=f"matching {len(asked):,} against {records:,}")


def _publish(scene: Scene, records: int, scale: Scale, tell: Tell) -> Iterator[Comparison | Figure]:
    """Publish; the OPRF alone and the bare calls of libsodium take turns before and after, since this takes long."""
    contest = hashing_contest(oprf_inputs(scale.hash_inputs, scene.stage.today), os.cpu_count() or 1)
    before = _take_turns(contest, scale.rounds)
    for process in children_of(scene.gateway_process):
        forget_peak_memory(process)
    tell(f"publishing {records:,} records")
    gateway_began = processor_seconds(scene.gateway_process)
    stages = publish_apart(scene)
    gateway_seconds = processor_seconds(scene.gateway_process) - gateway_began
    alone, bare = map(operator.add, before, _take_turns(contest, scale.rounds))
    hashes = _count_entries(scene)
    ours = Sample(hashes, stages.seconds, stages.cpu_seconds + gateway_seconds)
    for peer, theirs in ((contest.name.replace("evaluate_batch", OPRF_ALONE), alone), (contest.peer, bare)):
        yield Comparison(
            name=f"publishing {records:,} records",
            unit="linkage keys",
            peer=peer,
            ours=(ours.rate,),
            theirs=(theirs.rate,),
            cpu_ratios=cpu_ratios([ours], [theirs]),
        )
    for step in ("seconds", "reading", "hashing", "sending", "activating"):
        yield Figure(f"{records:,} records: {_STEPS[step]}", getattr(stages, step), "s")
    yield Figure(f"{records:,} records: hashes", hashes, "")
    yield Figure(f"{records:,} records: connector's processor time", stages.cpu_seconds, "s")
    yield Figure(f"{records:,} records: gateway's processor time", gateway_seconds, "s")
    yield Figure(f"{records:,} records: the OPRF's processor time", _seconds_for(alone, hashes), "s")
    yield Figure(f"{records:,} records: libsodium's processor time", _seconds_for(bare, hashes), "s")
    yield Figure(f"{records:,} records: connector's memory", stages.memory_mb, "MiB")
    yield Figure(f"{records:,} records: gateway's memory", scene.gateway_memory_mb(), "MiB")


def _take_turns(contest: Contest, rounds: int) -> tuple[Sample, Sample]:
    """Return what `evaluate_batch` and libsodium alone took over several turns each."""
    turns = [(contest.ours(), contest.theirs()) for _ in range(rounds)]
    alone, bare = (functools.reduce(operator.add, samples) for samples in zip(*turns, strict=True))
    return alone, bare


def _count_entries(scene: Scene) -> int:
    """Return how many hashes the published index has."""
    with closing(sqlite3.connect(f"file:{scene.gateway_database}?mode=ro", uri=True)) as database:
        (count,) = database.execute("SELECT count(*) FROM index_entry").fetchone()
    return int(count)


def _seconds_for(turns: Sample, hashes: int) -> float:
    """Return the processor time that so many hashes take at the pace of these turns."""
    return (turns.cpu_seconds or 0.0) * hashes / turns.units


_STEPS = {
    "seconds": "whole publication",
    "reading": "reading and making linkage keys",
    "hashing": "hashing, sealing, keeping and packing",
    "sending": "sending parts",
    "activating": "activating",
}


def publish_apart(scene: Scene) -> Stages:
    """Publish in a process of its own, whose memory can be told from ours; raises CalledProcessError."""
    folder = scene.stage.desks[Agency.PUBLIC_SECURITY].folder
    command = [sys.executable, "-m", "bench.publishing", str(folder), scene.agreement.digest()]
    finished = subprocess.run(command, cwd=_ROOT, check=True, stdout=subprocess.PIPE)
    return Stages(**json.loads(finished.stdout))
