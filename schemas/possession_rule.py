"""When a requester has proven that it knows a child: by one key that tells much, or by two that tell less. Pure."""

from collections.abc import Collection
from typing import Final

from schemas.key_set import KeySet

TOGETHER: Final = 2
"""Different key types that prove together; county, birth date and sex alone fit many children and are soon guessed."""


def is_proven(proven_types: Collection[str], key_set: KeySet) -> bool:
    """Return whether the key types whose possession was proven are enough to answer about a record.

    Args:
        proven_types: names of key types; one that the key set does not declare proves nothing.
        key_set: the one that the agreement names.
    """
    proven = [defined for defined in key_set.key_types if defined.name in proven_types]
    return len(proven) >= TOGETHER or any(defined.proves == "alone" for defined in proven)
