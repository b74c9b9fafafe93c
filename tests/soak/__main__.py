"""`python -m tests.soak`: mixed traffic with faults for so many minutes, then proof that nothing was lost."""

import logging
import tempfile
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from tests.soak.footprints import middle_and_end
from tests.soak.small_disk import why_no_small_disk
from tests.soak.soak import Soak, opened_soak


@click.command()
@click.option("--minutes", type=click.FloatRange(min=0.1), default=60, show_default=True, help="时长 / how long")
@click.option("--seed", type=int, default=20261122, show_default=True, help="随机种子 / of the order of faults")
@click.option("--folder", type=click.Path(path_type=Path), help="全部文件留在这里 / keep all files here")
def main(minutes: float, seed: int, folder: Path | None) -> None:
    """在故障之中持续运行真实业务，最后逐项核对。 / Run real traffic among faults, and check everything at the end."""
    logging.disable(logging.WARNING)
    console = Console()
    if (reason := why_no_small_disk()) is not None:
        console.print(f"磁盘写满不测 / a full disk is not played: {reason}")
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with tempfile.TemporaryDirectory(prefix="tongxin-soak-") as spare, Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=1.0)

        def tell(share: float, what: str) -> None:
            progress.update(task, completed=min(share, 1.0), description=what)
            if not console.is_terminal:
                click.echo(f"{share:6.1%} {what}")

        with opened_soak(folder or Path(spare), 60 * minutes, seed, tell) as soak:
            soak.run()
            soak.reckon()
    show(console, soak)


def show(console: Console, soak: Soak) -> None:
    """Print what was played and what was checked."""
    table = Table("故障 / fault", "次 / times", title="全部核对通过 / All checks passed", title_justify="left")
    for name, times in sorted(soak.played.items()):
        table.add_row(name, f"{times:,}")
    console.print(table)
    found = Table("", "", show_header=False)
    for name, count in _counts(soak):
        found.add_row(name, f"{count:,}")
    for name, taken in soak.footprints.items():
        if len(taken) >= 4:
            before, after = middle_and_end(taken)
            found.add_row(f"{name}: MiB", f"{before.memory_mb:.0f} → {after.memory_mb:.0f}")
            found.add_row(f"{name}: 描述符 / descriptors", f"{before.descriptors} → {after.descriptors}")
    console.print(found)


def _counts(soak: Soak) -> list[tuple[str, int]]:
    history = soak.play.history
    return [
        ("已确认的消息 / messages acknowledged", len(history.acknowledged)),
        ("问完的查询 / questions asked to their end", len(history.asked)),
        ("答复 / answers", len(history.answered)),
        ("日志条目 / log entries", soak.play.checker.checkpoints[-1].size),
        ("故障中被拒绝后重试 / refusals and retries", sum(history.problems.values())),
    ]


if __name__ == "__main__":
    main()
