"""Options that several commands about agreements share."""

import click

from connectors.cli.formats import REFERENCE

signatories_option = click.option(
    "--signatories",
    required=True,
    nargs=2,
    type=REFERENCE,
    help="代表本单位签署的两名不同工作人员编号 / references of the two different officers who sign for this agency",
)
