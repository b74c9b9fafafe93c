"""`python -m tests.torture`: kills so many processes that append to a log, on SQLite and on PostgreSQL."""

import tempfile
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from tests.postgresql import postgresql_server
from tests.torture.torture import torture


@click.command()
@click.option("--kills", type=click.IntRange(1), default=1_000, show_default=True, help="每种数据库 / on each database")
@click.option("--seed", type=int, default=20261121, show_default=True, help="随机种子 / of the moments")
def main(kills: int, seed: int) -> None:
    """逐次杀死写日志的进程，核对每句已说出口的话。 / Kill processes that write the log; check all they ever said."""
    with postgresql_server() as server, server.database() as postgresql, tempfile.TemporaryDirectory() as folder:
        for name, database in (("SQLite", f"sqlite:///{folder}/gateway.db"), ("PostgreSQL", postgresql)):
            own = Path(folder) / name
            own.mkdir()
            _torture(name, database, own, kills, seed)


def _torture(name: str, database: str, folder: Path, kills: int, seed: int) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console()
    with Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=console) as progress:
        task = progress.add_task(name, total=kills)
        events = notes = 0
        for tortured in torture(database, folder, kills, seed):
            events, notes = len(tortured.events), len(tortured.notes)
            progress.update(task, completed=tortured.kills, description=f"{name} {events} 条/events {notes} 签署/notes")
    console.print(
        f"{name}：杀 {kills} 次，{events} 条已确认的事件无一丢失，{notes} 个检查点各有唯一的根，每次都能重启。\n"
        f"{name}: {kills} kills, none of {events} acknowledged events lost, one root for each of {notes} checkpoints, "
        "every restart worked.",
        highlight=False,
    )


if __name__ == "__main__":
    main()
