"""An officer's desk in a process of its own, with one large workbook: from the upload to the workbook with answers.

    python -m bench.large_desk <the connector's folder> <digest of the agreement> <the workbook>

Each line of the standard output is a `Moment` as JSON. Where the day's budget is used up it waits for a line on the
standard input: the next day.
"""

import json
import sys
import time
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

import click

from connectors.cli.session import Session
from connectors.console.context import Console
from connectors.context import open_connector
from connectors.desk.draft_states import Deed, DraftState
from connectors.desk.drafts import begin_draft, choose_ledger, choose_terms, do_deed, get_draft
from connectors.desk.ledger_upload import choose_columns, upload_ledger
from connectors.desk.ledger_worker import work_on
from connectors.desk.ledgers import write_back
from connectors.desk.purposes_for import get_askable
from connectors.desk.question_answers import count_kinds
from connectors.desk.question_draft import Draft
from connectors.desk.question_work import ask_question, count_ledger
from connectors.desk.question_workbook import workbook_answers, workbook_headings
from connectors.gateway_client import GatewayClient
from connectors.requester.ask import Questioner
from connectors.requester.ledger_roster import ledger_store_of
from connectors.requester.open_question import Step
from connectors.trust import TrustStore
from demo.scenario.cast import APPROVER, CASE, OFFICER, PASSPHRASE, PROVINCE

ASK: Final = "ask"


@dataclass(frozen=True, slots=True)
class Moment:
    """Where the desk is: `seconds` since it began `step`; while it asks, how far the progress bar is.

    Attributes:
        step: what is being done, or was.
        seconds: since the step began, without waiting for the next day.
        is_done: the step has ended.
        is_paused: the day's budget is used up.
        share: what the progress bar shows, from 0 to 1.
        rows: of what kind the answers are, at the end of asking.
    """

    step: str
    seconds: float
    is_done: bool = False
    is_paused: bool = False
    share: float | None = None
    rows: dict[str, int] | None = None


class _Steps:
    """Tells each moment on the standard output."""

    def __init__(self) -> None:
        self._step = ""
        self._began = 0.0

    def begin(self, step: str) -> None:
        self._step, self._began = step, time.perf_counter()
        self._tell(self._moment())

    def end(self, rows: dict[str, int] | None = None) -> None:
        self._tell(replace(self._moment(), is_done=True, rows=rows))

    def ask(self, step: Step, done: int, total: int) -> None:
        del step
        self._tell(replace(self._moment(), share=done / total))

    def wait(self) -> None:
        self._tell(replace(self._moment(), is_paused=True))
        paused = time.perf_counter()
        sys.stdin.readline()
        self._began += time.perf_counter() - paused

    def _moment(self) -> Moment:
        return Moment(self._step, time.perf_counter() - self._began)

    def _tell(self, moment: Moment) -> None:
        click.echo(json.dumps(asdict(moment)))
        sys.stdout.flush()


def work(folder: Path, digest: str, workbook: Path) -> None:
    """Do what an officer and an approver do with the workbook."""
    connector = open_connector(folder, PASSPHRASE)
    trust = TrustStore(connector.state, connector.gateway)
    with closing(Session(connector, trust, GatewayClient(connector, trust))) as session:
        console = Console(connector, trust, session.client)
        _work(console, _Steps(), digest, workbook.read_bytes())


def _work(console: Console, steps: _Steps, digest: str, file: bytes) -> None:
    ledger = _check(console, steps, file)
    draft = _prepare(console, steps, digest, ledger)
    steps.begin(ASK)
    ask_question(console, draft.id, steps.ask)
    while (asked := get_draft(console, draft.id)).state is DraftState.PAUSED:
        steps.wait()
        do_deed(console, draft.id, Deed.RESUME, None)
        ask_question(console, draft.id, steps.ask)
    if asked.state is not DraftState.ANSWERED:
        raise RuntimeError(f"the question was not answered: {asked.failure}")
    steps.end()
    steps.begin("show")
    results = Questioner.vault_of(console.connector).results(draft.id)
    kinds = {kind.value: rows for kind, rows in count_kinds(results).items()}
    steps.end(rows=kinds)
    steps.begin("write")
    answers = workbook_answers(draft.attributes, results)
    write_back(console, ledger, workbook_headings(draft.attributes), answers)
    steps.end()


def _check(console: Console, steps: _Steps, file: bytes) -> str:
    steps.begin("upload")
    ledger = upload_ledger(console, OFFICER, "large.xlsx", file)
    work_on(console.connector, ledger)
    steps.end()
    steps.begin("check")
    kept = ledger_store_of(console.connector).get(ledger)
    choose_columns(console, ledger, kept.data_set or "", kept.card.columns)
    work_on(console.connector, ledger)
    steps.end()
    return ledger


def _prepare(console: Console, steps: _Steps, digest: str, ledger: str) -> Draft:
    steps.begin("count")
    draft = begin_draft(console, OFFICER, get_askable(console, digest))
    choose_ledger(console, OFFICER, draft.id, ledger)
    choose_terms(console, OFFICER, draft.id, region=PROVINCE, case=CASE, attributes=draft.attributes)
    count_ledger(console, draft.id)
    steps.end()
    do_deed(console, draft.id, Deed.SUBMIT, OFFICER)
    do_deed(console, draft.id, Deed.APPROVE, APPROVER)
    return do_deed(console, draft.id, Deed.ASK, OFFICER)


if __name__ == "__main__":
    work(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
