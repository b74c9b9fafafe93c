"""What every message has in common: frozen, nothing unknown, one canonical form (RFC 8785)."""

from typing import Any, Final, Self, TypeVar

import orjson
import rfc8785
from pydantic import BaseModel, ConfigDict, ValidationError

from schemas.formats import digest_of

NEVER_RELEASED: Final = "attribute_never_released"
"""The error of a type that has the releasable attributes alone as its values."""

_declared_names: set[str] = set()

# For ASCII text without floats it writes what RFC 8785 says, at a twentieth of the library's cost.
_CANONICAL_ASCII: Final = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER


class MessageError(ValueError):
    """A body is not the message that it should be.

    Attributes:
        reason: `too_large`, `malformed`, `not_canonical`, or `attribute_never_released` where a member that names
            attributes has a value that its type does not have.
        pointer: JSON pointer (RFC 6901) to the member at fault; names it, never quotes it.
    """

    def __init__(self, reason: str, pointer: str = "") -> None:
        super().__init__(f"{reason} at {pointer or '/'}")
        self.reason = reason
        self.pointer = pointer


def canonical_form(value: Any) -> bytes:
    """Return the one form (RFC 8785) of what JSON can say, without floats.

    Raises:
        rfc8785.CanonicalizationError: it has none.
    """
    try:
        body = orjson.dumps(value, option=_CANONICAL_ASCII)
    except orjson.JSONEncodeError:  # what has no canonical form: the library says so in its own words
        return rfc8785.dumps(value)
    return body if body.isascii() else rfc8785.dumps(value)


class Message(BaseModel):
    """Base of all that crosses a border as JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Remember the declared names: they alone may stand in an error's pointer."""
        super().__pydantic_init_subclass__(**kwargs)
        _declared_names.update(cls.model_fields)

    def to_bytes(self) -> bytes:
        """Return the one canonical form; absent optional members are left out."""
        return canonical_form(self.model_dump(mode="json", exclude_none=True))

    def digest(self) -> str:
        """Return the SHA-256 of the canonical form as base64url."""
        return digest_of(self.to_bytes())

    @classmethod
    def from_bytes(cls, body: bytes, max_bytes: int) -> Self:
        """Check the size, parse strictly, format again and compare.

        Raises:
            MessageError: what is wrong and where, never the value.
        """
        return parse_message(cls, body, max_bytes)


M = TypeVar("M", bound=Message)


def parse_message(model: type[M], body: bytes, max_bytes: int) -> M:
    """Parse `body` as `model`; see `Message.from_bytes`."""
    if len(body) > max_bytes:
        raise MessageError("too_large")
    try:
        message = model.model_validate_json(body)
    except ValidationError as error:
        raise MessageError(_reason(error), _pointer(error)) from None
    if _canonical(message) != body:
        raise MessageError("not_canonical")
    return message


def parse_claims(model: type[M], claims: dict[str, object]) -> M:
    """Parse the claims of a verified JWS as `model`.

    Raises:
        MessageError: a claim is missing, unknown or malformed.
    """
    try:
        return model.model_validate_json(rfc8785.dumps(claims))  # type: ignore[arg-type]
    except ValidationError as error:
        raise MessageError(_reason(error), _pointer(error)) from None
    except rfc8785.CanonicalizationError:
        raise MessageError("malformed") from None


def _canonical(message: Message) -> bytes:
    try:
        return message.to_bytes()
    except rfc8785.CanonicalizationError:  # a whole number beyond 2^53 has no canonical form
        raise MessageError("malformed") from None


def _reason(error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    return NEVER_RELEASED if first["type"] == NEVER_RELEASED else "malformed"


def _pointer(error: ValidationError) -> str:
    """Name the first place at fault; only names that we declared ourselves are repeated."""
    steps = error.errors(include_input=False, include_url=False, include_context=False)[0]["loc"]
    return "".join(f"/{step}" if isinstance(step, int) or step in _declared_names else "/(unknown)" for step in steps)
