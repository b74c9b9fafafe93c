"""What spares tests the processor time of passwords: each of hundreds of sign-ins costs a guess at one."""

from typing import Final

import pytest

from hosting.accounts import credentials, own_password, sign_in
from keys.crypto.password import PasswordCost

LEAST_COST: Final = PasswordCost(passes=1, memory_bytes=8 * 1024)


def lighten_passwords(patch: pytest.MonkeyPatch) -> None:
    """Let accounts hash passwords at the least cost; `tests/unit/keys/crypto` holds what it is everywhere else."""
    for module in (credentials, own_password, sign_in):
        patch.setattr(module, "STANDARD_PASSWORD_COST", LEAST_COST)
