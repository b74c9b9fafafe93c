"""The page of the jobs that run in the background: when each ran last, how long, how it went, and when it runs next."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from flask import render_template

from hosting.jobs.job_runs import JobRun
from hosting.web.language import Text
from hosting.web.listing import Column

COLUMNS: Final = (
    Column(Text("任务", "Job")),
    Column(Text("结果", "Result")),
    Column(Text("上次运行", "Last run")),
    Column(Text("用时（毫秒）", "Took (ms)"), is_number=True),
    Column(Text("下次运行", "Next run")),
)


def render_jobs(
    runs: Sequence[JobRun], names: Mapping[str, Text], next_steps: Mapping[str, Text] = MappingProxyType({})
) -> str:
    """Return the page; `names` says what each job does, by its name, `next_steps` what to do about a type of error."""
    return render_template("job/list.html", runs=runs, columns=COLUMNS, names=names, next_steps=next_steps)
