"""What can go wrong with kept keys: each error has a stable code and a sentence, and never quotes a secret."""

from typing import ClassVar


class CustodyError(Exception):
    """Root of everything that custody refuses."""

    code: ClassVar[str] = "custody_error"


class KeyRecordError(CustodyError):
    """A key record contradicts itself: a secret of the wrong size, a time without a zone, an agreement missing."""

    code = "key_record_invalid"


class DuplicateKeyError(CustodyError):
    """The ring holds a key of this id already, perhaps as the mark of one that was destroyed."""

    code = "duplicate_key"


class MissingKeyError(CustodyError):
    """No key of the kind can be used now, or none has the id."""

    code = "missing_key"


class KeyTransitionError(CustodyError):
    """The key's state does not allow this step (NIST SP 800-57 part 1, section 7)."""

    code = "key_transition_unlawful"


class KeyFileError(CustodyError):
    """The key file can't be read or written, or is not in the one form that is accepted."""

    code = "key_file_unusable"


class KeyFilePermissionError(KeyFileError):
    """Others than the owner could read or change the key file."""

    code = "key_file_permissions"


class WrongPassphraseError(KeyFileError):
    """The key file does not open with this passphrase."""

    code = "wrong_passphrase"


class PassphraseError(CustodyError):
    """No passphrase was given, or one that can't be accepted."""

    code = "passphrase_unusable"
