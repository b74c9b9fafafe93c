"""Makes jobs visible: `recorded` wraps one so that its runs are noted, and that it runs in one process at a time."""

from datetime import timedelta
from typing import Final

from apscheduler.triggers.base import BaseTrigger

from gateway.services.job_runs import HELD_FROM_SECONDS, Job, RecordedJob
from hosting.jobs.recorded_runs import HELD_SECONDS, this_process

LONG_JOB_SECONDS: Final = 900
"""So long a job that makes files may take before another process may begin it as well."""


def recorded(job: Job, seconds: int, held_seconds: int = HELD_SECONDS) -> RecordedJob:
    """Return the job, recorded, that runs every so many seconds."""
    interval = timedelta(seconds=seconds)
    is_held = seconds >= HELD_FROM_SECONDS
    return RecordedJob(job, this_process(), lambda at: at + interval, is_held=is_held, held_seconds=held_seconds)


def recorded_at(job: Job, trigger: BaseTrigger) -> RecordedJob:
    """Return the job, recorded, that runs whenever the trigger says."""
    return RecordedJob(job, this_process(), lambda at: trigger.get_next_fire_time(at, at), is_held=True)
