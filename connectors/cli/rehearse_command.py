"""`rehearse`: two files linked at one desk as the gateway would link them, before anybody signs an agreement."""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

from connectors.cli.progress import show_progress
from connectors.cli.session import Start, pass_start
from connectors.context import OFFICE_ZONE
from connectors.data_sets import DEFAULT_MAX_AGE_YEARS
from connectors.settings import SETTINGS_FILE, load_settings
from connectors.sources.identities import ReadingRules
from schemas.key_set import KeySet, load_key_set

if TYPE_CHECKING:
    from connectors.rehearsal.rehearse import Rehearsal

_MAPPING = click.Path(path_type=Path, exists=True, dir_okay=False)
_TO_WRITE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("a", type=_MAPPING)
@click.argument("b", type=_MAPPING)
@click.option(
    "--links", type=_MAPPING, help="已知的正确对应，CSV，两列 a,b / links known to be right: CSV, columns a,b"
)
@click.option("--out", type=_TO_WRITE, help="把对应的行号写入 .xlsx / write the linked row numbers")
@click.option("--html", type=_TO_WRITE, help="把报告写成网页 / write the report as a page")
@click.option("--json", "as_json", is_flag=True, help="机器可读 / for scripts")
@click.option(
    "--max-child-age",
    type=click.IntRange(18, 40),
    help="超过此年龄的号码视为监护人号码，默认同设置 / a number of somebody older is a guardian's; default: the setting",
)
@click.option("--test-regions", is_flag=True, help="允许从未启用的区划代码99 / accept never-issued region codes")
@pass_start
def rehearse(
    start: Start,
    a: Path,
    b: Path,
    links: Path | None,
    out: Path | None,
    html: Path | None,
    as_json: bool,
    max_child_age: int | None,
    test_regions: bool,
) -> None:
    """在本机演练两份数据的比对，不联网：A 查询，B 被查询。 / Link two files on this machine, offline: A asks B."""
    rules = _rules(start.folder, max_child_age, test_regions)
    key_set = load_key_set("G")
    done = _run(a, b, key_set, rules, links)
    if out is not None:
        from connectors.rehearsal.link_workbook import write_links

        write_links(out, done.linked, done.a, done.b, key_set)
    if html is not None:
        from connectors.rehearsal.render_html import render_html, write_html

        write_html(html, render_html(done.report, key_set, str(a), str(b), rules.today))
    if as_json:
        click.echo(json.dumps(done.report.as_json(), ensure_ascii=False))
        return
    from connectors.rehearsal.render_terminal import render_terminal

    render_terminal(done.report, key_set, start.console)
    for path in (out, html):
        if path is not None:
            start.console.print(f"已写入 {path} / written", highlight=False)


def _rules(folder: Path, max_child_age: int | None, test_regions: bool) -> ReadingRules:
    """Return how to read: as the connector's settings say, where there is a connector already."""
    settings = load_settings(folder) if (folder / SETTINGS_FILE).is_file() else None
    kept_age = DEFAULT_MAX_AGE_YEARS if settings is None else settings.max_child_age_years
    return ReadingRules(
        today=datetime.now(OFFICE_ZONE).date(),
        allow_test_regions=test_regions or (settings is not None and settings.allow_test_regions),
        max_age_years=kept_age if max_child_age is None else max_child_age,
    )


def _run(a: Path, b: Path, key_set: KeySet, rules: ReadingRules, links: Path | None) -> "Rehearsal":
    from connectors.rehearsal.links_file import LinksError, read_links
    from connectors.rehearsal.read_files import FileReadError
    from connectors.rehearsal.rehearse import rehearse as run

    # The bars go beside what a script reads.
    with show_progress(Console(stderr=True)) as bars:
        tasks = [bars.add_task(f"{name} {path.name}", total=None) for name, path in (("A", a), ("B", b))]

        def tell(place: int, done: int, total: int | None) -> None:
            bars.update(tasks[place], completed=done, total=total)

        try:
            known = None if links is None else read_links(links)
            return run(a, b, key_set, rules, links=known, random=os.urandom, tell=tell)
        except (FileReadError, LinksError) as error:
            raise click.ClickException(str(error)) from None
