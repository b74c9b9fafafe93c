"""Where the passphrase of a key file comes from, and what it must be."""

import os
import stat
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path

from keys.custody.errors import PassphraseError

MIN_PASSPHRASE_CHARACTERS = 12
MAX_PASSPHRASE_CHARACTERS = 1024
# One byte more than the longest passphrase and its newline can have: what is cut off here is too long anyway.
_READ_BYTES = 4 * MAX_PASSPHRASE_CHARACTERS + len("\r\n") + 1


def obtain_passphrase(
    file: Path | None, environment: Mapping[str, str], variable: str, prompt: Callable[[], str] | None
) -> str:
    """Return the passphrase from the first way that is given: the file, the environment variable, the prompt.

    One newline at the end is no part of it. A way that is given and unusable is an error; no other is tried.

    Raises:
        PassphraseError: no way is given, the file is unreadable or readable by everybody, or the passphrase is
            empty, too short or too long.
    """
    if file is not None:
        text = _read(file)
    elif variable in environment:
        text = environment[variable]
    elif prompt is not None:
        text = prompt()
    else:
        raise PassphraseError(
            f"没有口令：请指定口令文件，或设置环境变量 {variable}，或在终端输入。"
            f" No passphrase: name a passphrase file, set the variable {variable}, or type it at a terminal."
        )
    passphrase = text.removesuffix("\r\n") if text.endswith("\r\n") else text.removesuffix("\n")
    check_passphrase(passphrase)
    return passphrase


def check_passphrase(passphrase: str) -> None:
    """Refuse what a guesser would try first.

    Raises:
        PassphraseError: fewer than 12 or more than 1,024 characters, or no valid text.
    """
    if not passphrase:
        raise PassphraseError("口令为空。 The passphrase is empty.")
    if not MIN_PASSPHRASE_CHARACTERS <= len(passphrase) <= MAX_PASSPHRASE_CHARACTERS:
        raise PassphraseError(
            f"口令须有 {MIN_PASSPHRASE_CHARACTERS} 至 {MAX_PASSPHRASE_CHARACTERS} 个字符。"
            f" A passphrase has {MIN_PASSPHRASE_CHARACTERS} to {MAX_PASSPHRASE_CHARACTERS} characters."
        )
    encode_passphrase(passphrase)


def encode_passphrase(passphrase: str) -> bytes:
    """Return the bytes that the key is made from: UTF-8 of Unicode form NFC, the same from every keyboard.

    NFC is what RFC 8265 section 4.2.2 asks for passwords.

    Raises:
        PassphraseError: the text has no UTF-8 form, as an environment variable in another encoding has not.
    """
    try:
        return unicodedata.normalize("NFC", passphrase).encode("utf-8")
    except UnicodeEncodeError:
        raise PassphraseError("口令不是有效文本。 The passphrase is not valid UTF-8 text.") from None


def _read(file: Path) -> str:
    """Links and pipes are allowed: container secrets are mounted as the one, shells offer the other."""
    try:
        with file.open("rb") as stream:
            if os.fstat(stream.fileno()).st_mode & stat.S_IRWXO:
                raise PassphraseError(
                    f"口令文件 {file} 人人可读，请执行 chmod o= {file}。"
                    f" Everybody can reach the passphrase file: run chmod o= {file}"
                )
            data = stream.read(_READ_BYTES)
    except OSError as error:
        raise PassphraseError(
            f"读不了口令文件 {file}。 The passphrase file can't be read: {error.strerror}"
        ) from None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise PassphraseError(f"口令文件 {file} 不是 UTF-8。 The passphrase file is not UTF-8.") from None
