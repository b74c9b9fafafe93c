"""`check`: what of a source can be used, and what is wrong with it, by row and column; on the office's own screen."""

import json
import os
from datetime import datetime
from pathlib import Path

import click

from connectors.agencies import agency_of
from connectors.cli.session import Start, pass_start
from connectors.context import OFFICE_ZONE
from connectors.settings import load_settings
from connectors.sources.check import check_source
from connectors.sources.check_screen import render_report
from connectors.sources.mapping import load_mapping, open_source


@click.command()
@click.argument("mapping_file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="机器可读 / for scripts")
@pass_start
def check(start: Start, mapping_file: Path, as_json: bool) -> None:
    """检查登记册或名册：按行列指出问题和已统一之处，统计可用行数和比对依据。 / Check a source: faults and what is put right, by row and column; usable rows; evidence."""
    settings = load_settings(start.folder)
    mapping = load_mapping(mapping_file)
    source = open_source(mapping, mapping_file.parent, os.environ)
    report = check_source(
        source,
        mapping,
        agency_of(settings.agency_type).data_set(mapping.data_set),
        today=datetime.now(OFFICE_ZONE).date(),
        allow_test_regions=settings.allow_test_regions,
        max_age_years=settings.max_child_age_years,
    )
    if as_json:
        click.echo(json.dumps(report.as_json(), ensure_ascii=False))
    else:
        render_report(report, start.console)
