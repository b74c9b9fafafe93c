"""Checks of what both programs keep up: their keys' age, their jobs, the working days they know."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from hosting.examination.findings import Finding, Subject
from hosting.holiday_notices import missing_years, own_notices
from hosting.jobs.job_runs import JobRun
from keys.custody.key_ring import KeyKind, KeyRing
from schemas.faults import Wording

ROTATE_AFTER: Final = timedelta(days=365)
OVERDUE_AFTER: Final = timedelta(minutes=15)

_JOBS: Final = Subject("jobs", Wording("后台任务", "jobs"))
_HOLIDAYS: Final = Subject("holidays", Wording("放假通知", "holiday notices"))


def check_keys(
    ring: KeyRing, kinds: Iterable[KeyKind], now: datetime, rotate: Wording | None = None
) -> Iterator[Finding]:
    """Look whether there is an active key of each kind; with `rotate`, also whether it is older than a year."""
    restore = Wording("停止服务，从备份恢复密钥文件", "stop serving, and restore the key file from a backup")
    for kind in kinds:
        subject = Subject(f"key:{kind}", Wording(f"密钥：{kind}", f"key: {kind}"))
        current = [record for record in ring.find(kind) if record.is_current(now)]
        if not current:
            yield subject.fault("没有可用的密钥", "there is no active key", restore)
            continue
        age = now - current[0].active_from
        zh, en = f"已使用 {age.days} 天", f"in use for {age.days} days"
        if rotate is not None and age > ROTATE_AFTER:
            yield subject.warn(zh, en, rotate)
        else:
            yield subject.fine(zh, en)


def check_jobs(runs: Iterable[JobRun], now: datetime) -> Iterator[Finding]:
    """Look for jobs whose last run failed, and for jobs that should have run and did not."""
    known = tuple(runs)
    failed = sorted(run.name for run in known if run.error is not None)
    overdue = sorted(run.name for run in known if _is_overdue(run, now))
    serve = Wording("确认服务（serve）在运行，查看其日志", "see that the program serves (serve), and read its log")
    if failed:
        names = ", ".join(failed)
        yield _JOBS.fault(f"上次运行失败：{names}", f"the last run failed: {names}", serve)
    if overdue:
        names = ", ".join(overdue)
        yield _JOBS.warn(f"到时未运行：{names}", f"due and not run: {names}", serve)
    if not known:
        yield _JOBS.warn("从未运行", "none has ever run", serve)
    if known and not failed and not overdue:
        yield _JOBS.fine(f"{len(known)} 项按时运行", f"{len(known)} run in time")


def check_holidays(folder: Path, today: date) -> Iterator[Finding]:
    """Look whether the holiday notices are known by which working days are counted."""
    own = own_notices(folder)
    if own.faulty:
        names = ", ".join(own.faulty)
        remove = Wording("改正或删除该文件", "correct the file, or remove it")
        yield _HOLIDAYS.fault(f"不是有效的通知：{names}", f"no sound notice: {names}", remove)
    if missing := missing_years(own.calendar, today):
        years = ", ".join(str(year) for year in missing)
        add = Wording("添加该年的放假通知（见操作说明）", "add that year's notice (see the how-to)")
        yield _HOLIDAYS.warn(f"缺少 {years} 年", f"{years} is missing", add)
    if not own.faulty and not missing:
        yield _HOLIDAYS.fine(f"{today.year} 年已有", f"{today.year} is known")


def _is_overdue(run: JobRun, now: datetime) -> bool:
    return run.next_at is not None and not run.is_running and now - run.next_at > OVERDUE_AFTER
