"""Times of the private OR by the real protocol: gateway, police and keeper as servers, all on this machine."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from bench.harness import Figure, Tell
from bench.scale import Scale
from bench.scene import QUICK_KDF_COST
from connectors.context import OFFICE_ZONE
from demo.scenario.parents_data import Family, Grounds, make_families, write_circle_data
from demo.scenario.parents_play import ask_roster
from demo.scenario.parents_stage import ParentsStage
from schemas.agency_kinds import AgencyKind

LIST_SIZE = 4_096


def run(scale: Scale, tell: Tell) -> Iterator[Figure]:
    """Yield seconds of an epoch of five offices, of one child, and of a roster."""
    families = make_families(scale.roster_children)
    with tempfile.TemporaryDirectory(prefix="tongxin-bench-") as folder, ExitStack() as stack:
        stage = ParentsStage(Path(folder), datetime.now(OFFICE_ZONE).date(), QUICK_KDF_COST)
        write_circle_data(stage.data, families, _grounds(families))
        stage.found()
        stage.open(stack)
        stage.agree()
        tell(f"an epoch: five offices, {2 * len(families)} adults")
        began = time.perf_counter()
        stage.make_board(LIST_SIZE)
        rows = f"{2 * len(families):,} rows, lists of {LIST_SIZE:,}"
        yield Figure(f"an epoch of five offices, {rows}", time.perf_counter() - began, "s")
        # Together no more than the agreement's releases of a day.
        for asked in (families[:1], families[1:]):
            tell(f"a roster of {len(asked)} children")
            began = time.perf_counter()
            ask_roster(stage, asked)
            count = "one child" if len(asked) == 1 else f"{len(asked):,} children"
            yield Figure(f"{count}, from roster to answer", time.perf_counter() - began, "s")


def _grounds(families: list[Family]) -> Grounds:
    """Let two offices each know something of every tenth family."""
    some = families[::10]
    return {
        AgencyKind.JUSTICE: [(family.father or "", "C4") for family in some],
        AgencyKind.COURT: [(family.mother or "", "D1") for family in some],
    }
