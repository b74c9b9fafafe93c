"""`tongxin-demo`: a synthetic province, a gateway and agencies on this machine, from the first key to the log."""

import shutil
import signal
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from rich.console import Console

from demo.province import generate_province
from demo.scenario.audit_desk import AskedChild, show_audit_desk
from demo.scenario.county_play import CountyPlay
from demo.scenario.play import Play
from demo.scenario.report import Report
from demo.scenario.stage import Stage

WIDTH_WITHOUT_TERMINAL = 110
OFFICE_ZONE = ZoneInfo("Asia/Shanghai")


@click.group()
def main() -> None:
    """童心演示：全部数据均为虚构。 / Tongxin demo: all data are made up."""


@main.command()
@click.option("--children", type=click.IntRange(500, 2_000_000), default=20_000, show_default=True, help="儿童人数")
@click.option("--seed", type=int, default=1, show_default=True, help="随机种子 / seed")
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), default=Path("var/demo"), show_default=True)
@click.option("--exit", "stops", is_flag=True, help="结束后退出 / stop at the end; 0 only if all went well")
def run(children: int, seed: int, folder: Path, *, stops: bool) -> None:
    """运行全部演示。 / Play the whole demo."""
    report = Report(_console())
    play = Play(folder.resolve(), children, seed, datetime.now(OFFICE_ZONE).date(), report)
    _perform(play, lambda: None if stops else _wait(play.stage, report, play.asked_child))


@main.command()
@click.option(
    "--children",
    type=click.IntRange(500, 2_000_000),
    default=3_000,
    show_default=True,
    help="全省儿童人数 / in the province",
)
@click.option("--seed", type=int, default=1, show_default=True, help="随机种子 / seed")
@click.option(
    "--folder", type=click.Path(path_type=Path, file_okay=False), default=Path("var/county"), show_default=True
)
def county(children: int, seed: int, folder: Path) -> None:
    """演示一个县的教育局和民政局。 / Play a county's education and civil affairs bureaus."""
    report = Report(_console())
    play = CountyPlay(folder.resolve(), children, seed, datetime.now(OFFICE_ZONE).date(), report)
    _perform(play, lambda: _wait(play.stage, report))


@main.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--children", type=click.IntRange(10, 5_000_000), default=20_000, show_default=True, help="儿童人数")
@click.option("--seed", type=int, default=1, show_default=True, help="随机种子 / seed")
def province(folder: Path, children: int, seed: int) -> None:
    """只生成虚构省份的数据。 / Write the synthetic province alone."""
    with click.progressbar(length=children, label="children") as bar:
        done = 0

        def progress(written: int) -> None:
            nonlocal done
            bar.update(written - done)
            done = written

        generate_province(folder, children, seed, today=datetime.now(OFFICE_ZONE).date(), progress=progress)


def _perform(play: Play | CountyPlay, afterwards: Callable[[], None]) -> None:
    """Play in an emptied folder, show how it went, and exit with 0 only if all went well."""
    # So that whoever ends the demo ends its servers too, whichever signal it takes.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    shutil.rmtree(play.folder, ignore_errors=True)
    play.folder.mkdir(parents=True)
    began = time.perf_counter()
    with ExitStack() as stack:
        play.run(stack)
        play.report.console.rule()
        play.report.console.print(f"用时 {time.perf_counter() - began:.0f} 秒 / seconds")
        _show_end(play.report)
        afterwards()
    sys.exit(1 if play.report.failures else 0)


def _console() -> Console:
    """Return a console as wide as the terminal, or wide enough for the tables where the output goes into a file."""
    console = Console()
    return console if console.is_terminal else Console(width=WIDTH_WITHOUT_TERMINAL)


def _show_end(report: Report) -> None:
    if report.failures:
        report.console.print(f"[bold red]{len(report.failures)} 项不符合预期 / not as expected: {report.failures}")
        return
    report.console.print("[bold green]全部如预期。 / Everything did what it should.")


def _wait(stage: Stage, report: Report, asked_child: AskedChild | None = None) -> None:
    report.console.print(f"网关 / gateway  {stage.gateway_url}")
    for desk in stage.desks.values():
        report.console.print(f"{desk.part.name_zh} / {desk.part.name_en}  {desk.endpoint}  {desk.folder}")
    if asked_child is not None:
        show_audit_desk(stage, asked_child, report)
    report.console.print("服务仍在运行，按 Ctrl-C 结束。 / Everything is still running; Ctrl-C ends it.")
    try:
        while True:
            time.sleep(1)
    except KeyboardInterrupt:
        report.console.print("已结束。 / Ended.")
