"""Which registered office stands above another: of the same type, in the nearest region around it."""

from collections.abc import Iterable

from schemas.messages.registry import Member
from schemas.regions import is_within, level_of, subtree_prefix


def find_superior(agency: str, members: Iterable[Member]) -> str | None:
    """Return the member of the same type whose region is the nearest proper ancestor, None where nobody is.

    Filled-up region codes mean their subtree: 990100 is the prefecture 9901. Of several at the same level the one whose
    id comes first. Raises `RegionError` for a member whose region is none.
    """
    known = {member.agency: member for member in members}
    below = known.get(agency)
    if below is None:
        return None
    above = [
        member
        for member in known.values()
        if member.agency_type == below.agency_type
        and is_within(below.region, member.region)
        and subtree_prefix(below.region) != subtree_prefix(member.region)
    ]
    return min(above, key=lambda member: (-level_of(member.region), member.agency)).agency if above else None
