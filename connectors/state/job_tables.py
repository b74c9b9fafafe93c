"""The table of the connector's jobs: who holds one now, and how its last run went."""

from typing import Final

from connectors.state.tables import metadata
from hosting.jobs.job_runs import add_job_table

job_run: Final = add_job_table(metadata)
