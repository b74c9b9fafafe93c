"""The jobs' last runs as figures."""

from collections.abc import Collection, Iterator
from typing import Final

from prometheus_client.core import GaugeMetricFamily

from hosting.jobs.job_runs import JobRun

_FIGURES: Final = (
    ("tongxin_job_last_end_timestamp_seconds", "When the job last ended, well or not."),
    ("tongxin_job_last_success_timestamp_seconds", "When the job's last run ended, where that one went well."),
    ("tongxin_job_failed", "1 where the job's last run failed, else 0."),
    ("tongxin_job_seconds", "How long the job's last run took."),
)


def job_figures(runs: Collection[JobRun]) -> Iterator[GaugeMetricFamily]:
    """Return when each job last ended, whether it failed, and how long it took; the label is the program's own name."""
    ended, succeeded, failed, seconds = (GaugeMetricFamily(name, text, labels=("job",)) for name, text in _FIGURES)
    for run in runs:
        if run.ended_at is None:
            continue
        ended.add_metric((run.name,), run.ended_at.timestamp())
        failed.add_metric((run.name,), float(run.error is not None))
        seconds.add_metric((run.name,), (run.milliseconds or 0) / 1000)
        if run.error is None:
            succeeded.add_metric((run.name,), run.ended_at.timestamp())
    return iter((ended, succeeded, failed, seconds))
