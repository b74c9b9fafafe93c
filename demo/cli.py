"""`tongxin-demo`: a synthetic province, a gateway and four agencies on this machine, from the first key to the log."""

import shutil
import signal
import sys
import time
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from rich.console import Console

from demo.province import generate_province
from demo.scenario.audit_desk import show_audit_desk
from demo.scenario.play import Play
from demo.scenario.report import Report

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
    # So that whoever ends the demo ends its servers too, whichever signal it takes.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    report = Report(_console())
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    began = time.perf_counter()
    play = Play(folder.resolve(), children, seed, datetime.now(OFFICE_ZONE).date(), report)
    with ExitStack() as stack:
        play.run(stack)
        report.console.rule()
        report.console.print(f"用时 {time.perf_counter() - began:.0f} 秒 / seconds")
        _show_end(report)
        if not stops:
            _wait(play, report)
    sys.exit(1 if report.failures else 0)


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


def _console() -> Console:
    """Return a console as wide as the terminal, or wide enough for the tables where the output goes into a file."""
    console = Console()
    return console if console.is_terminal else Console(width=WIDTH_WITHOUT_TERMINAL)


def _show_end(report: Report) -> None:
    if report.failures:
        report.console.print(f"[bold red]{len(report.failures)} 项不符合预期 / not as expected: {report.failures}")
        return
    report.console.print("[bold green]全部如预期。 / Everything did what it should.")


def _wait(play: Play, report: Report) -> None:
    report.console.print(f"网关 / gateway  {play.stage.gateway_url}")
    for desk in play.stage.desks.values():
        report.console.print(f"{desk.part.name_zh} / {desk.part.name_en}  {desk.endpoint}  {desk.folder}")
    if play.asked_child is not None:
        show_audit_desk(play.stage, play.asked_child, report)
    report.console.print("服务仍在运行，按 Ctrl-C 结束。 / Everything is still running; Ctrl-C ends it.")
    try:
        while True:
            time.sleep(1)
    except KeyboardInterrupt:
        report.console.print("已结束。 / Ended.")
