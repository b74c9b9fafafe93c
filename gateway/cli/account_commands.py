"""Commands about the console's accounts, for the operator on the server: the first account begins here."""

import click
from rich.table import Column, Table

from gateway.cli.session import Start, pass_start
from gateway.domain.account import Account
from gateway.domain.roles import Role
from gateway.services.account_book import GatewayAccounts
from gateway.settings import SettingsError
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


@click.group()
def account() -> None:
    """审计台账号。 / Accounts at the console."""


@account.command()
@click.argument("account_id", metavar="ID")
@click.option("--name", required=True, help="姓名 / the person's name")
@role_option
@click.option("--agency", help="单位审计员所属单位代号 / the agency of an agency auditor")
@pass_start
def add(start: Start, account_id: str, name: str, roles: tuple[str, ...], agency: str | None) -> None:
    """新建账号，显示一次性密码和身份验证器二维码。 / Add an account; shows its one-time password and QR code once."""
    with start.gateway() as gateway:
        new = Account(account_id, name, frozenset(Role(role) for role in roles), agency)
        book = GatewayAccounts(gateway)
        show_card(sign_in_card(book, account_id, open_account(book, None, new)))


@account.command("list")
@click.option("--json", "as_json", is_flag=True, help="输出JSON / print JSON")
@pass_start
def list_all(start: Start, *, as_json: bool) -> None:
    """列出账号。 / List the accounts."""
    with start.gateway() as gateway:
        stored = all_accounts(GatewayAccounts(gateway))
    rows = [
        {
            "id": one.account.id,
            "name": one.account.name,
            "roles": ", ".join(sorted(one.account.roles)),
            "agency": one.account.agency or "",
            "state": "disabled" if one.is_disabled else "active",
        }
        for one in stored
    ]
    if as_json:
        start.console.print_json(data=rows)
        return
    heads = ("登录名 / sign-in name", "姓名 / name", "角色 / roles", "单位 / agency", "状态 / state")
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
    with start.gateway() as gateway:
        change_roles(GatewayAccounts(gateway), None, account_id, [Role(role) for role in roles])
    click.echo("角色已更改，该账号的登录已结束 / roles changed; the account's sessions are over")


@account.command()
@click.argument("account_id", metavar="ID")
@pass_start
def disable(start: Start, account_id: str) -> None:
    """停用账号。 / Disable an account."""
    with start.gateway() as gateway:
        disable_account(GatewayAccounts(gateway), None, account_id)
    click.echo("账号已停用，其登录已结束 / disabled; the account's sessions are over")


@account.command()
@click.argument("account_id", metavar="ID")
@click.option("--subject", required=True, help="统一身份标识 / how the identity provider names the person")
@pass_start
def link(start: Start, account_id: str, subject: str) -> None:
    """绑定统一身份；此后只能用它登录。 / Bind an account to a person at the identity provider, the only way in from then on."""
    with start.gateway() as gateway:
        provider = gateway.settings.identity_provider
        if provider is None:
            raise SettingsError("gateway.yaml 没有设置 identity_provider / gateway.yaml sets no identity_provider")
        link_account(GatewayAccounts(gateway), None, account_id, Identity(provider.issuer, subject))
    click.echo("已绑定，本程序的密码已失效 / bound; the password of this program is no longer valid")


@account.command()
@click.argument("account_id", metavar="ID")
@pass_start
def reset(start: Start, account_id: str) -> None:
    """重置密码和身份验证器，恢复已停用的账号，解除统一身份绑定。 / Give a new password and authenticator; enables a disabled account, unbinds it from the identity provider."""
    with start.gateway() as gateway:
        book = GatewayAccounts(gateway)
        show_card(sign_in_card(book, account_id, reset_account(book, None, account_id)))
