"""One link through the whole signed protocol, real servers and all, beside Splink on the same two files in clear."""

import csv
import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Final

import yaml

from connectors.agencies import agency_of
from connectors.context import OFFICE_ZONE
from connectors.data_sets import read_records
from connectors.identifiers import new_uuid
from connectors.requester.ask import Questioner
from connectors.requester.open_question import Progress, Step
from connectors.sources.mapping import load_mapping, open_source
from connectors.state.questions import Question, RowResult
from connectors.state.roster_ref import MappingFile
from demo.province import Agency, generate_province
from demo.scenario.cast import APPROVER, CASE, OFFICER
from demo.scenario.desks import agree, publish
from demo.scenario.stage import Stage
from quality.holdings import prepare_holding
from quality.peers.environments import PeerFailedError, PeerMissingError, run_peer
from quality.provinces import TODAY, HeldRow
from quality.results import ProtocolResult
from schemas.agreement import Agreement
from schemas.messages.match import Outcome

PURPOSE: Final = "P14"
REGIONS: Final = ("99",)
REQUESTER: Final = Agency.CIVIL_AFFAIRS
PROVIDER: Final = Agency.PUBLIC_SECURITY
SINGLE_CHILDREN: Final = 9
"""Children asked about one by one."""


@dataclass(frozen=True, slots=True)
class ProtocolPlan:
    """Which province, how many rows of the requester's register, and where Splink's files go."""

    children: int
    seed: int
    rows: int
    folder: Path


@dataclass(frozen=True, slots=True)
class RosterOnStage:
    """A running stage with a published index, and the folder in which rosters are written."""

    stage: Stage
    agreement: Agreement
    index_records: int
    publish_seconds: float

    def write_roster(self, name: str, first: int, rows: int) -> Path:
        """Write a roster of some rows of the requester's own register and return its mapping file."""
        folder = self.stage.province / REQUESTER
        register = folder / "mapping.yaml"
        mapping = load_mapping(register)
        columns = [names[0] for names in mapping.columns.values()]
        source = open_source(mapping, folder, os.environ)
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            for row in islice(source.rows(), first, first + rows):
                writer.writerow(["" if row.cells.get(column) is None else row.cells[column] for column in columns])
        written = yaml.safe_load(register.read_text(encoding="utf-8"))
        written["source"] = {"kind": "csv", "path": f"{name}.csv", "encoding": "utf-8"}
        path = folder / f"{name}.yaml"
        path.write_text(yaml.safe_dump(written, allow_unicode=True), encoding="utf-8")
        return path

    def ask(self, roster: Path, progress: Progress) -> list[RowResult]:
        """Ask about a roster and return all results."""
        session = self.stage.sessions[REQUESTER]
        question = Question(
            id=new_uuid(session.connector.random),
            agreement=self.agreement.digest(),
            attributes=self.agreement.attributes,
            region=REGIONS[0],
            case=CASE,
            officer=OFFICER,
            approver=APPROVER,
            roster=MappingFile(str(roster)),
            roster_version=None,
            asked_at=session.connector.seconds(),
        )
        return Questioner(session.connector, session.client, session.trust).ask(question, progress)


@contextmanager
def open_stage(children: int, seed: int) -> Iterator[RosterOnStage]:
    """Write a province, start gateway and agencies, agree and publish; all is ended and removed on leaving."""
    with tempfile.TemporaryDirectory(prefix="tongxin-quality-") as folder, ExitStack() as stack:
        stage = Stage(Path(folder), datetime.now(OFFICE_ZONE).date())
        generate_province(stage.province, children, seed, today=stage.today)
        stage.found()
        stage.open(stack)
        requester, provider = stage.sessions[REQUESTER], stage.sessions[PROVIDER]
        agreement = agree(requester, provider, PURPOSE, REGIONS)
        began = time.perf_counter()
        published = publish(provider, agreement, lambda *_: None)
        seconds = time.perf_counter() - began
        requester.client.refresh_registry()
        yield RosterOnStage(stage, agreement, published.counts.covered, seconds)


def measure_protocol(plan: ProtocolPlan, local_key: bytes) -> ProtocolResult:
    """Ask about a roster twice and about single children, and have Splink link the same roster and index.

    Raises:
        OSError: a file can't be written.
    """
    with open_stage(plan.children, plan.seed) as on_stage:
        roster = on_stage.write_roster("roster", 0, plan.rows)
        asked, again = _timed(on_stage, roster), _timed(on_stage, roster)
        singles = [on_stage.write_roster(f"single_{n}", plan.rows + n, 1) for n in range(SINGLE_CHILDREN)]
        return ProtocolResult(
            rows=len(asked.results),
            index_records=on_stage.index_records,
            publish_seconds=on_stage.publish_seconds,
            link_seconds=asked.link_seconds,
            ask_seconds=asked.seconds,
            again_seconds=again.seconds,
            single_seconds=median(_timed(on_stage, single).seconds for single in singles),
            splink_seconds=_splink_seconds(on_stage, roster, plan.folder, local_key),
            matches=sum(result.outcome == Outcome.MATCH and bool(result.values) for result in asked.results),
        )


@dataclass(frozen=True, slots=True)
class _Asked:
    """What came of a question, the seconds until its first outcomes, and those until its last receipt."""

    results: list[RowResult]
    link_seconds: float
    seconds: float


def _timed(on_stage: RosterOnStage, roster: Path) -> _Asked:
    began, answered = time.perf_counter(), list[float]()

    def note(step: Step, _done: int, _total: int | None) -> None:
        if step is Step.ANSWERS:
            answered.append(time.perf_counter() - began)

    results = on_stage.ask(roster, note)
    seconds = time.perf_counter() - began
    return _Asked(results, min(answered, default=seconds), seconds)


def _splink_seconds(on_stage: RosterOnStage, roster: Path, folder: Path, local_key: bytes) -> float | None:
    """Return the seconds that Splink itself counts, without its start; None if it can't be run."""
    register = on_stage.stage.province / PROVIDER / "mapping.yaml"
    asked = prepare_holding(_read(roster, REQUESTER), folder / "roster", local_key)
    index = prepare_holding(_read(register, PROVIDER), folder / "index", local_key)
    links, report, log = folder / "splink.csv", folder / "splink.json", folder / "splink.log"
    try:
        run_peer("splink", "link.py", "children", asked.attributes, index.attributes, links, report, log=log)
    except (PeerMissingError, PeerFailedError):
        return None
    return float(sum(json.loads(report.read_text(encoding="utf-8"))["seconds"].values()))


def _read(mapping_path: Path, agency: Agency) -> list[HeldRow]:
    mapping = load_mapping(mapping_path)
    source = open_source(mapping, mapping_path.parent, os.environ)
    data_set = agency_of(agency.value).data_set(mapping.data_set)
    records = read_records(source, mapping, data_set, today=TODAY, allow_test_regions=True)
    return [HeldRow(record.identity, record.locator) for record in records]
