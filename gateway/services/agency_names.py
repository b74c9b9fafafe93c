"""What agencies are called, from the registry: for pages and files that people read."""

from collections.abc import Mapping
from types import MappingProxyType

from gateway.services.context import Gateway
from schemas.faults import Wording


def agency_names(gateway: Gateway) -> Mapping[str, Wording]:
    """Return the full names of all members and of the gateway itself, by id."""
    names = {
        agency: Wording(member.name_zh, member.name_en) for agency, member in gateway.members.current().members.items()
    }
    names[gateway.id] = Wording(gateway.settings.name_zh, gateway.settings.name_en)
    return MappingProxyType(names)
