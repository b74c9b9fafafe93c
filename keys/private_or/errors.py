"""What can go wrong in the private OR; each error has a stable code and quotes nothing."""

from keys.crypto.errors import CryptoError


class TooManyPersonsError(CryptoError):
    """An office has more persons than the size to which all lists are filled up."""

    code = "too_many_persons"


class RevealError(CryptoError):
    """A concealed answer holds none of the possible answers, or several: it was not made as it must be."""

    code = "answer_not_revealed"
