"""Who is signed in at the gateway's console; page blueprints name the permission that their pages need."""

from flask import Blueprint

from gateway.domain.account import Account
from gateway.domain.roles import PERMISSIONS, Permission, Role
from gateway.services.account_book import GatewayAccounts
from gateway.services.context import Gateway
from gateway.web.error_pages import failure_of
from gateway.web.wordings import PERMISSION_NAMES, ROLE_NAMES
from hosting.web import signed_in as guards
from hosting.web.language import Text
from hosting.web.signed_in import SignedIn
from hosting.web.site import Site


def console_site(gateway: Gateway) -> Site[Account]:
    """Return what the gateway tells of its console."""
    return Site(
        book=GatewayAccounts(gateway),
        prefix="/console",
        title=Text("登录审计台", "Sign in to the audit console"),
        forgotten=Text(
            "忘记密码或丢失身份验证器：请联系本网关的管理人员，由其在服务器上重置。",
            "Password forgotten or authenticator lost: ask those who run the gateway to reset your account.",
        ),
        logger="tongxin.gateway",
        permission_text=PERMISSION_NAMES.__getitem__,
        roles_with=_roles_with,
        failure_of=failure_of,
        provider=gateway.identity_provider,
    )


def signed_in() -> SignedIn[Account]:
    """Return who is signed in; to be called in pages of a blueprint that `requires_sign_in`."""
    return guards.signed_in()


def requires_sign_in(blueprint: Blueprint, gateway: Gateway, permission: Permission) -> Blueprint:
    """Let nobody see a page of `blueprint` who is not signed in and may do what `permission` says."""
    return guards.requires_permission(blueprint, console_site(gateway), permission)


def requires_visitor(blueprint: Blueprint, gateway: Gateway) -> Blueprint:
    """Let everybody see the pages of `blueprint`; their forms are bound to the visitor's browser."""
    return guards.requires_visitor(blueprint, console_site(gateway))


def _roles_with(permission: Permission) -> list[Text]:
    return [ROLE_NAMES[role] for role in Role if permission in PERMISSIONS[role]]
