"""Publishing an index and matching against it, from a register on disk to the gateway's database."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.harness import Comparison, Figure, Sample, Tell, cpu_ratios
from bench.hashing import hashing_contest
from bench.linkage import oprf_inputs
from bench.machine import children_of, forget_peak_memory
from bench.matching import compare_batch
from bench.publishing import Stages
from bench.scale import Scale
from bench.scene import Scene, open_scene
from demo.province import Agency

KEYS_PER_RECORD = 2
MATCH_ROUNDS = 7

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
    """Publish; the bare calls of libsodium take their turns before and after, since this takes long."""
    contest = hashing_contest(oprf_inputs(scale.hash_inputs, scene.stage.today), os.cpu_count() or 1)
    before = contest.theirs()
    for process in children_of(scene.gateway_process):
        forget_peak_memory(process)
    tell(f"publishing {records:,} records")
    stages = publish_apart(scene)
    after = contest.theirs()
    ours = Sample(KEYS_PER_RECORD * records, stages.seconds, stages.cpu_seconds)
    bare = before + after
    yield Comparison(
        name=f"publishing {records:,} records",
        unit="linkage keys",
        peer=contest.peer,
        ours=(ours.rate,),
        theirs=(bare.rate,),
        cpu_ratios=cpu_ratios([ours], [bare]),
    )
    for step in ("seconds", "reading", "hashing", "sending", "activating"):
        yield Figure(f"{records:,} records: {_STEPS[step]}", getattr(stages, step), "s")
    yield Figure(f"{records:,} records: connector's memory", stages.memory_mb, "MiB")
    yield Figure(f"{records:,} records: gateway's memory", scene.gateway_memory_mb(), "MiB")


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
