"""One-time codes from a telephone or token (RFC 6238): six digits, 30 seconds, each time step accepted once."""

import re
import unicodedata
from datetime import datetime
from typing import Final

import pyotp
from pyotp.utils import strings_equal

SECONDS: Final = 30
WINDOW: Final = 1
"""Steps that a clock may be ahead or behind."""
_CODE = re.compile(r"[0-9]{6}")


def matching_step(secret: str, code: str, now: datetime) -> int | None:
    """Return the time step whose code this is, or None. Compares with all of them, in constant time each.

    Args:
        secret: base32, as the authenticator was given it.
        code: as typed; blanks and full-width digits are taken for what they mean.
        now: aware time.
    """
    typed = "".join(unicodedata.normalize("NFKC", code).split())
    if not _CODE.fullmatch(typed):
        typed = "------"
    generator = pyotp.TOTP(secret, interval=SECONDS)
    current = int(now.timestamp()) // SECONDS
    steps = range(current - WINDOW, current + WINDOW + 1)
    matching = [step for step in steps if strings_equal(generator.generate_otp(step), typed)]
    return max(matching, default=None)
