"""The check character of a citizen identity number (GB 11643-1999, MOD 11-2 of GB/T 17710)."""

import re

from stdnum.cn import ric

from schemas.citizen_id_faults import CitizenIdError, CitizenIdFault

_FIRST_17 = re.compile(r"[0-9]{17}")


def complete_citizen_id(first17: str) -> str:
    """Return the 18 characters that begin with the 17 digits `first17`.

    Raises:
        CitizenIdError: not 17 digits.
    """
    if len(first17) != 17:
        raise CitizenIdError(CitizenIdFault.WRONG_LENGTH)
    if not _FIRST_17.fullmatch(first17):
        raise CitizenIdError(CitizenIdFault.WRONG_CHARACTER)
    return first17 + ric.calc_check_digit(first17 + "0")
