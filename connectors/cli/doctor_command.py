"""`doctor`: examines the connector and says what to do about whatever it finds."""

import click

from connectors.cli.session import Start, pass_start
from connectors.operations.examination import examine_connector
from hosting.examination.findings import findings_as_rows, has_faults, print_findings


@click.command()
@click.option("--json", "as_json", is_flag=True, help="机器可读 / for scripts")
@pass_start
def doctor(start: Start, *, as_json: bool) -> None:
    """检查时钟、密钥、网关、证书、登记信息、数据库、磁盘和任务；有故障时退出码为1。 / Examine the connector; exit code 1 on a fault."""
    findings = tuple(examine_connector(start.folder, start.passphrase()))
    if as_json:
        start.console.print_json(data=findings_as_rows(findings))
    else:
        print_findings(start.console, findings)
    if has_faults(findings):
        raise SystemExit(1)
