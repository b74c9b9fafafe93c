"""Phone numbers: the mobile number (11 digits that begin with 1) in a number as offices write it.

Part of key set G, version 1.
"""

import re
from typing import Final

_MOBILE = re.compile(r"1[0-9]{10}")
_MOBILE_LENGTH: Final = 11


def find_mobile(number: str) -> str | None:
    """Return the last 11 digits if they are a mobile number, without a country code that may stand before them.

    A landline, which begins with 0 or has fewer digits, is none, nor is one digit written eleven times.
    """
    digits = re.sub(r"[^0-9]", "", number)[-_MOBILE_LENGTH:]
    return digits if _MOBILE.fullmatch(digits) and len(set(digits)) > 1 else None
