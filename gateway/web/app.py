"""Adds the console's pages to the gateway's application."""

from collections.abc import Sequence

from flask import Flask

from gateway.api.authentication import requires_no_one
from gateway.services.context import Gateway
from gateway.web.agency_names import agency_name
from gateway.web.blueprints import register_pages
from gateway.web.navigation import HOME, ways_for
from gateway.web.wordings import ROLE_NAMES
from hosting.web.frame import Frame, NavigationEntry, Officer, Side, add_frame
from hosting.web.language import Text
from hosting.web.signed_in import find_signed_in

PRODUCT = Text("童心 · 审计台", "Tongxin audit console")


def add_console(app: Flask, gateway: Gateway) -> None:
    """Register the console's pages and the frame around them."""
    own_name = Text(gateway.settings.name_zh, gateway.settings.name_en)

    def officer() -> Officer | None:
        found = find_signed_in()
        if found is None:
            return None
        roles = tuple(ROLE_NAMES[role] for role in sorted(found.account.roles))
        return Officer(found.account.name, roles, agency_name(gateway, found.account.agency))

    def navigation() -> Sequence[NavigationEntry]:
        found = find_signed_in()
        return () if found is None else ways_for(gateway, found.account)

    frame = Frame(
        side=Side.GATEWAY,
        product=PRODUCT,
        agency=own_name,
        home=HOME,
        language_address="/console/language",
        own_account_address="/console/password",
        sign_out_address="/console/sign-out",
        officer=officer,
        navigation=navigation,
    )
    add_frame(app, frame, requires_no_one)
    register_pages(app, gateway)
