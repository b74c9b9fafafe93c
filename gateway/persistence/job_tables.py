"""The table of jobs: who holds one now, and how its last run went."""

from gateway.persistence.metadata import metadata
from hosting.jobs.job_runs import add_job_table

job_run = add_job_table(metadata)
