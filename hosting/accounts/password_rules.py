"""What a new password must be: long and not obvious, of whatever characters (NIST SP 800-63B section 3.1.1)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar, Final

from keys.crypto.password import MAX_PASSWORD_CHARACTERS
from schemas.faults import FaultError, Wording

MIN_PASSWORD_CHARACTERS: Final = 12
MIN_DIFFERENT_CHARACTERS: Final = 6


class PasswordFault(StrEnum):
    """Why a password can't be taken."""

    WRONG = "wrong"
    LENGTH = "length"
    OBVIOUS = "obvious"
    SAME = "same"
    UNEQUAL = "unequal"


class PasswordError(FaultError):
    """A password can't be taken."""

    wordings: ClassVar[Mapping[StrEnum, Wording]] = {
        PasswordFault.WRONG: Wording("当前密码不正确", "The current password is not right"),
        PasswordFault.LENGTH: Wording(
            f"新密码须为 {MIN_PASSWORD_CHARACTERS} 至 {MAX_PASSWORD_CHARACTERS} 个字符",
            f"A new password has {MIN_PASSWORD_CHARACTERS} to {MAX_PASSWORD_CHARACTERS} characters",
        ),
        PasswordFault.OBVIOUS: Wording(
            "新密码太容易猜到：不要包含登录名，也不要多次重复相同字符",
            "The new password is easy to guess: leave out the sign-in name, and don't repeat few characters",
        ),
        PasswordFault.SAME: Wording("新密码不能与当前密码相同", "The new password must not be the current one"),
        PasswordFault.UNEQUAL: Wording("两次输入的新密码不一致", "The new password was not typed alike twice"),
    }


def check_new_password(account_id: str, current: str, new: str) -> None:
    """Check a password that somebody chose.

    Raises:
        PasswordError: too short or long, obvious, or the one in use.
    """
    if not MIN_PASSWORD_CHARACTERS <= len(new) <= MAX_PASSWORD_CHARACTERS or not new.isprintable():
        raise PasswordError(PasswordFault.LENGTH)
    if new == current:
        raise PasswordError(PasswordFault.SAME)
    if account_id in new.casefold() or len(set(new)) < MIN_DIFFERENT_CHARACTERS:
        raise PasswordError(PasswordFault.OBVIOUS)
