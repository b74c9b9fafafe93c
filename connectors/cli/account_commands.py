"""Commands about the console's accounts, for the operator on the server: the first account begins here."""

import click
from rich.table import Column, Table

from connectors.cli.session import FriendlyGroup, Start, pass_start
from connectors.console.account import Account
from connectors.console.account_book import AgencyAccounts
from connectors.console.roles import Role
from connectors.settings import SettingsError
from hosting.accounts.accounts import all_accounts, change_roles, disable_account, open_account, reset_account
from hosting.accounts.sign_in_card import sign_in_card
from hosting.card_on_screen import show_card
from hosting.sign_on.identities import Identity, link_account

role_option = click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice([role.value for role in Role]),
    help="角色，可多次给出 / role; may be given several times",
)


@click.group(cls=FriendlyGroup)
def account() -> None:
    """工作台账号。 / Accounts at the officers' console."""


@account.command()
@click.argument("account_id", metavar="ID")
@click.option("--name", required=True, help="姓名 / the person's name")
@role_option
@click.option("--school", help="学校用户所在学校 / the school of a school user")
@pass_start
def add(start: Start, account_id: str, name: str, roles: tuple[str, ...], school: str | None) -> None:
    """新建账号，显示一次性密码和身份验证器二维码。 / Add an account; shows its one-time password and QR code once."""
    book = AgencyAccounts(start.connector())
    new = Account(account_id, name, frozenset(Role(role) for role in roles), school)
    show_card(sign_in_card(book, account_id, open_account(book, None, new)))


@account.command("list")
@click.option("--json", "as_json", is_flag=True, help="输出JSON / print JSON")
@pass_start
def list_all(start: Start, *, as_json: bool) -> None:
    """列出账号。 / List the accounts."""
    rows = [
        {
            "id": one.account.id,
            "name": one.account.name,
            "roles": ", ".join(sorted(one.account.roles)),
            "school": one.account.school or "",
            "state": "disabled" if one.is_disabled else "active",
        }
        for one in all_accounts(AgencyAccounts(start.connector()))
    ]
    if as_json:
        start.console.print_json(data=rows)
        return
    heads = ("登录名 / sign-in name", "姓名 / name", "角色 / roles", "学校 / school", "状态 / state")
    table = Table(*(Column(head, overflow="fold") for head in heads))
    for row in rows:
        table.add_row(*row.values())
    start.console.print(table)


@account.command()
@click.argument("account_id", metavar="ID")
@role_option
@pass_start
def roles(start: Start, account_id: str, roles: tuple[str, ...]) -> None:
    """更改角色：所列即全部。 / Change the roles: those given are all that remain."""
    change_roles(AgencyAccounts(start.connector()), None, account_id, [Role(role) for role in roles])
    click.echo("角色已更改，该账号的登录已结束 / roles changed; the account's sessions are over")


@account.command()
@click.argument("account_id", metavar="ID")
@pass_start
def disable(start: Start, account_id: str) -> None:
    """停用账号。 / Disable an account."""
    disable_account(AgencyAccounts(start.connector()), None, account_id)
    click.echo("账号已停用，其登录已结束 / disabled; the account's sessions are over")


@account.command()
@click.argument("account_id", metavar="ID")
@click.option("--subject", required=True, help="统一身份标识 / how the identity provider names the person")
@pass_start
def link(start: Start, account_id: str, subject: str) -> None:
    """绑定统一身份；此后只能用它登录。 / Bind an account to a person at the identity provider, the only way in from then on."""
    connector = start.connector()
    if connector.settings.identity_provider is None:
        raise SettingsError("connector.yaml 没有设置 identity_provider / connector.yaml sets no identity_provider")
    identity = Identity(connector.settings.identity_provider.issuer, subject)
    link_account(AgencyAccounts(connector), None, account_id, identity)
    click.echo("已绑定，本程序的密码已失效 / bound; the password of this program is no longer valid")


@account.command()
@click.argument("account_id", metavar="ID")
@pass_start
def reset(start: Start, account_id: str) -> None:
    """重置密码和身份验证器，恢复已停用的账号，解除统一身份绑定。 / Give a new password and authenticator; enables a disabled account, unbinds it from the identity provider."""
    book = AgencyAccounts(start.connector())
    show_card(sign_in_card(book, account_id, reset_account(book, None, account_id)))
