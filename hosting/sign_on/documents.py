"""What an identity provider publishes and answers: read strictly, of limited size, for the members that are used."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from hosting.sign_on.addresses import check_provider_address
from keys.protocol.id_token import MAX_ID_TOKEN_CHARACTERS, MAX_KEYS, IdTokenError, ProviderKey, read_provider_keys

MAX_DOCUMENT_BYTES: Final = 256 * 1024
_Endpoint = Annotated[str, Field(max_length=2_000), AfterValidator(check_provider_address)]
_Names = Annotated[tuple[str, ...], Field(max_length=100)]


class ProviderAnswerError(Exception):
    """What the provider answered is not to be believed; nothing of it is quoted.

    Attributes:
        reason: a stable word for what failed.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Document(BaseModel):
    """Members that are not listed are for others."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, hide_input_in_errors=True)


class ProviderMetadata(_Document):
    """The provider's own description (OpenID Connect Discovery 1.0 section 3, RFC 8414, RFC 9207 section 3)."""

    issuer: Annotated[str, Field(max_length=2_000)]
    authorization_endpoint: _Endpoint
    token_endpoint: _Endpoint
    jwks_uri: _Endpoint
    end_session_endpoint: _Endpoint | None = None
    authorization_response_iss_parameter_supported: bool = False
    code_challenge_methods_supported: _Names | None = None
    token_endpoint_auth_methods_supported: _Names = ("client_secret_basic",)

    @property
    def authentication_method(self) -> str:
        """How this program proves itself at the token endpoint."""
        known = ("client_secret_basic", "client_secret_post")
        found = next((one for one in known if one in self.token_endpoint_auth_methods_supported), None)
        if found is None:
            raise ProviderAnswerError("client_authentication")
        return found


class TokenAnswer(_Document):
    """The answer to an authorization code (OpenID Connect Core 1.0 section 3.1.3.3)."""

    id_token: Annotated[str, Field(max_length=MAX_ID_TOKEN_CHARACTERS, repr=False)]
    access_token: Annotated[str, Field(min_length=1, max_length=MAX_ID_TOKEN_CHARACTERS, repr=False)]
    token_type: Annotated[str, Field(pattern=r"^[Bb][Ee][Aa][Rr][Ee][Rr]$")]


class _KeySet(_Document):
    """A JWK set (RFC 7517 section 5)."""

    keys: Annotated[tuple[dict[str, Any], ...], Field(max_length=MAX_KEYS)]


D = TypeVar("D", bound=_Document)


def read_metadata(data: bytes, issuer: str) -> ProviderMetadata:
    """Return the description of the provider `issuer`, which names itself exactly so.

    Raises:
        ProviderAnswerError: malformed, another issuer's, or of a provider that knows no PKCE with S256.
    """
    found = _read(ProviderMetadata, data)
    if found.issuer != issuer:
        raise ProviderAnswerError("issuer")
    methods = found.code_challenge_methods_supported
    if methods is not None and "S256" not in methods:
        raise ProviderAnswerError("pkce")
    return found


def read_keys(data: bytes) -> tuple[ProviderKey, ...]:
    """Return the provider's keys for signatures; raises ProviderAnswerError."""
    members: tuple[Mapping[str, Any], ...] = _read(_KeySet, data).keys
    try:
        return read_provider_keys(members)
    except IdTokenError as error:
        raise ProviderAnswerError(error.reason) from None


def read_token_answer(data: bytes) -> TokenAnswer:
    """Return the tokens; raises ProviderAnswerError."""
    return _read(TokenAnswer, data)


def _read(kind: type[D], data: bytes) -> D:
    if len(data) > MAX_DOCUMENT_BYTES:
        raise ProviderAnswerError("too_large")
    try:
        return kind.model_validate_json(data)
    except ValidationError:
        raise ProviderAnswerError("malformed") from None
