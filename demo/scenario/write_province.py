"""Writes the synthetic province of a demo, with a bar, and says how many records each agency holds."""

from rich.console import Console

from connectors.cli.progress import show_progress
from demo.province import generate_province
from demo.scenario.stage import Stage


def write_province(stage: Stage, children: int, seed: int, console: Console) -> None:
    """Write the province of a stage."""
    with show_progress(console) as bars:
        task = bars.add_task("儿童 / children", total=children)
        summary = generate_province(
            stage.province,
            children,
            seed,
            today=stage.today,
            progress=lambda done: bars.update(task, completed=done),
        )
    held = "，".join(f"{agency.value} {count:,}" for agency, count in summary.records.items())
    console.print(f"{summary.children:,} 名儿童 / children：{held}", highlight=False)
