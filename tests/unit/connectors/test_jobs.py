"""The clock of a serving connector: every job is noted, has a name on the page, and a failure is seen by its type."""

import time
from pathlib import Path

from connectors.console.roles import Role
from connectors.jobs import start_jobs
from connectors.state.job_runs import ConnectorJobs
from connectors.web.job_pages import JOB_NAMES
from tests.unit.connectors.web.office_desk import open_desk

PATIENCE_SECONDS = 30.0


def test_every_job_has_a_name_and_a_failure_is_seen(tmp_path: Path) -> None:
    desk = open_desk(tmp_path)
    console = desk.console
    book = ConnectorJobs(console.connector.state, console.now)
    scheduler = start_jobs(console.connector, console.trust, console.client)
    try:
        assert {job.id for job in scheduler.get_jobs()} == set(JOB_NAMES)
        until = time.monotonic() + PATIENCE_SECONDS
        while not any(run.ended_at for run in book.runs() if run.name == "fetch_registry"):
            assert time.monotonic() < until
            time.sleep(0.05)
        page = desk.browser(Role.ADMINISTRATOR).client.get("/desk/jobs").text
    finally:
        scheduler.shutdown()
        console.client.close()
        console.connector.state.dispose()
    assert {run.name: run.error for run in book.runs()}["fetch_registry"] == "GatewayUnreachableError"
    assert "连不上网关，连上后自动继续" in page
