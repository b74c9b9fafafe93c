"""Agencies by their full names, as officers know them."""

from gateway.services.context import Gateway
from hosting.web.language import Text


def agency_name(gateway: Gateway, agency: str | None) -> Text:
    """Return an agency's full name, its id where it is no member, or the gateway's name where there is no agency."""
    if agency is None or agency == gateway.id:
        return Text(gateway.settings.name_zh, gateway.settings.name_en)
    member = gateway.members.current().find(agency)
    return Text(agency, agency) if member is None else Text(member.name_zh, member.name_en)
