"""Commands of the private OR (purpose P03): open a board, take this agency's step, let questions be answered."""

from datetime import datetime

import click
from rich.table import Table

from connectors.cli.formats import AGENCY
from connectors.cli.session import FriendlyGroup, Session, Start, pass_start
from connectors.context import OFFICE_ZONE
from connectors.private_or.advance import BoardWork, taken
from connectors.private_or.board_client import BoardClient
from connectors.private_or.requester import BoardOffice
from connectors.private_or.trusted_board import own_agreements, trust_board
from connectors.settings import SettingsError
from schemas.agreement import Agreement
from schemas.faults import Wording
from schemas.messages.private_or import MAX_LIST_SIZE, MIN_LIST_SIZE, BoardState

STATE_WORDS = {
    BoardState.SHARING: Wording("等保管方", "waits for the keeper"),
    BoardState.MARKING: Wording("各部门轮流", "offices take turns"),
    BoardState.LIVE: Wording("可查询", "live"),
    BoardState.ENDED: Wording("已销毁", "destroyed"),
}


@click.group(cls=FriendlyGroup)
def board() -> None:
    """部门间合算（用途P03）：开板、办理轮到的一步、启用。 / The private OR: boards, turns, and when they answer."""


@board.command("open")
@click.option("--resolver", required=True, type=AGENCY, help="知道父母是谁的公安机关 / who knows a child's parents")
@click.option("--keeper", required=True, type=AGENCY, help="保管另外半把钥匙的单位 / who keeps the other half of the key")
@click.option(
    "--list-size",
    type=click.IntRange(MIN_LIST_SIZE, MAX_LIST_SIZE),
    default=4_096,
    show_default=True,
    help="各部门名单一律填充到的人数 / persons to which every office's list is filled up",
)
@pass_start
def open_(start: Start, resolver: str, keeper: str, list_size: int) -> None:
    """需求部门开一期的板；此前未启用的板随之销毁。 / Open the board of an epoch, as the agency that asks."""
    session = start.session()
    office = _office(session)
    opened = office.open(_agreement_with(session, resolver), _agreement_with(session, keeper), list_size)
    start.console.print("已开板。接下来：保管方、公安、其他部门各自办理。编号 / Opened; the others go on by themselves. Id:")
    click.echo(opened.board)


@board.command("list")
@pass_start
def list_(start: Start) -> None:
    """列出与本单位有关的板：进度，哪些部门在哪些地区有数据。 / List boards: how far, and who has data where."""
    session = start.session()
    boards = BoardClient(session.client).list_boards()
    if not boards:
        start.console.print("没有板。 / There is no board.")
        return
    table = Table(title="部门间合算 / the private OR")
    for heading in ("编号 / id", "期 / epoch", "状态 / state", "开板 / opened", "有数据的部门和地区 / who has data where"):
        table.add_column(heading, overflow="fold")
    for told in boards:
        trust_board(session.connector, session.trust, told)
        opened = datetime.fromtimestamp(told.opened_at, OFFICE_ZONE)
        covering = [f"{agency} ({', '.join(claims.regions)})" for agency, claims in taken(told).items()]
        words = STATE_WORDS[told.state]
        state = f"{words.zh} / {words.en}"
        table.add_row(told.board, str(told.epoch), state, f"{opened:%Y-%m-%d %H:%M}", "\n".join(covering))
    start.console.print(table)


@board.command("advance")
@pass_start
def advance(start: Start) -> None:
    """办理轮到本单位的一步；服务运行时每五分钟自动办理。 / Take this agency's step; a serving connector does it itself."""
    session = start.session()
    session.office.sync()
    steps = BoardWork(session.connector, session.client, session.trust).run()
    start.console.print(f"办理了 {steps} 步。 / {steps} steps taken.")


@board.command("activate")
@click.argument("board_id")
@pass_start
def activate(start: Start, board_id: str) -> None:
    """启用板，此后可以查询，不再接受标记；上一期随之销毁。 / Let questions be answered; the board before is destroyed."""
    _office(start.session()).activate(board_id)
    start.console.print("已启用。下一步：ask P03 / Live. Next: ask P03")


def _office(session: Session) -> BoardOffice:
    return BoardOffice(session.connector, session.client, session.trust)


def _agreement_with(session: Session, agency: str) -> Agreement:
    session.office.sync()
    agreements = [copy.agreement for copy in own_agreements(session.connector)]
    found = next((one for one in agreements if one.provider.agency == agency), None)
    if found is None:
        raise SettingsError(f"与 {agency} 没有生效的P03协议 / no active agreement for P03 with {agency}")
    return found
