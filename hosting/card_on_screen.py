"""A new account's sign-in card on the operator's screen, with the code to scan drawn in letters."""

import click
import segno

from hosting.accounts.sign_in_card import SignInCard


def show_card(card: SignInCard) -> None:
    """Print what is handed over once; it is kept nowhere in clear."""
    click.echo("以下内容只显示这一次，请当面交给本人。 / Shown this once; hand it over in person.")
    click.echo(f"网址 / address:               {card.address}")
    click.echo(f"登录名 / sign-in name:        {card.account}")
    click.echo(f"一次性密码 / password:        {card.password}")
    click.echo(f"身份验证器密钥 / secret:      {card.spaced_secret()}")
    click.echo(f"二维码内容 / address of code: {card.totp_uri}")
    segno.make(card.totp_uri, error="m").terminal(compact=True)
