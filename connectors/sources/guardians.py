"""What a child's row says about the guardian: evidence about the child, and what relates it to other children."""

from collections.abc import Callable

from connectors.sources.findings import Severity
from connectors.sources.identity_parts import IdentityParts
from schemas.citizen_id import CitizenId
from schemas.identity import GuardianIdentity
from schemas.phone import find_mobile

Find = Callable[[str, str | None, Severity], None]
"""Takes the code of a finding, its column and how much it matters."""


def guardian_of(
    parts: IdentityParts, childs: CitizenId | None, adults: CitizenId | None, find: Find
) -> GuardianIdentity:
    """Return the guardian of a child's row.

    Args:
        parts: of the row.
        childs: the child's number; a guardian's that is the same is not used.
        adults: an adult's number in the child's field, which counts where the guardian's own field has none.
        find: keeps what is wrong, or noted.
    """
    return GuardianIdentity(_number(parts, childs, find) or adults, parts.guardian_name, _mobile(parts, find))


def _number(parts: IdentityParts, childs: CitizenId | None, find: Find) -> CitizenId | None:
    if parts.guardian_id is None:
        return None
    column, number = parts.guardian_id
    if number == childs:
        find("record.guardian_id_is_childs", column, "warning")
        return None
    return number


def _mobile(parts: IdentityParts, find: Find) -> str | None:
    if parts.guardian_phone is None:
        return None
    column, number = parts.guardian_phone
    mobile = find_mobile(number)
    if mobile is None:
        find("record.phone_not_mobile", column, "note")
    return mobile
