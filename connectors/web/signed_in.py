"""Who is signed in at the officer's console; page blueprints name the permission that their pages need."""

from typing import Final

from flask import Blueprint

from connectors.console.account import Account
from connectors.console.account_book import AgencyAccounts
from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.web.error_pages import failure_of
from connectors.web.wordings import PERMISSION_NAMES, roles_with
from hosting.web import signed_in as guards
from hosting.web.language import Text
from hosting.web.signed_in import MAX_FORM_BYTES, SignedIn
from hosting.web.site import Site

PREFIX: Final = "/desk"


def console_site(console: Console) -> Site[Account]:
    """Return what the connector tells of its console."""
    return Site(
        book=AgencyAccounts(console.connector),
        prefix=PREFIX,
        title=Text("登录工作台", "Sign in to the officer's desk"),
        forgotten=Text(
            "忘记密码或丢失身份验证器：请联系本单位安全管理员，由其重置。",
            "Password forgotten or authenticator lost: ask your agency's security administrator to reset your account.",
        ),
        logger="tongxin.connector",
        permission_text=PERMISSION_NAMES.__getitem__,
        roles_with=roles_with,
        failure_of=failure_of,
        provider=console.provider,
    )


def signed_in() -> SignedIn[Account]:
    """Return who is signed in; to be called in pages of a blueprint that `requires_sign_in`."""
    return guards.signed_in()


def requires_sign_in(
    blueprint: Blueprint, console: Console, permission: Permission, max_form_bytes: int = MAX_FORM_BYTES
) -> Blueprint:
    """Let nobody see a page of `blueprint` who is not signed in and may do what `permission` says.

    Gives the blueprint its security headers, its error pages and the check of its forms as well; forms (with the files
    that come along) may have `max_form_bytes`.
    """
    return guards.requires_permission(blueprint, console_site(console), permission, max_form_bytes)


def requires_visitor(blueprint: Blueprint, console: Console) -> Blueprint:
    """Let everybody see the pages of `blueprint`; their forms are bound to the visitor's browser."""
    return guards.requires_visitor(blueprint, console_site(console))
