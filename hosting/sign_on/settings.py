"""What an agency decides about its identity provider; every setting says what it is for."""

import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from hosting.sign_on.addresses import check_provider_address

MAX_SECRET_BYTES: Final = 4 * 1024

_Code = Annotated[str, Field(pattern=r"^[!-~]{1,200}$")]
_Address = Annotated[_Code, AfterValidator(check_provider_address)]


class ProviderSettingsError(Exception):
    """The client secret's file is missing, too large, empty or open to others; the sentence never quotes it."""


class ProviderSettings(BaseModel):
    """An identity provider that people sign in with (OpenID Connect Core 1.0)."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    issuer: Annotated[_Address, Field(description="身份提供方标识，一字不差 / its issuer, exactly as it publishes it")]
    client_id: Annotated[_Code, Field(description="本程序在身份提供方的客户端标识 / this program's client id there")]
    client_secret_file: Annotated[
        str,
        Field(
            min_length=1,
            max_length=1_000,
            description="存放客户端密钥的文件，仅属主可读 / file with the client secret, readable by its owner alone",
        ),
    ]
    account_claim: Annotated[
        str,
        Field(
            pattern=r"^[a-z][a-z0-9_]{0,60}$",
            description="标识人员的声明，须终身不变 / claim that names a person and never passes to another",
        ),
    ] = "sub"
    scopes: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.:-]{0,60}$")], ...],
        Field(max_length=10, description="除 openid 外请求的范围 / scopes asked for besides openid"),
    ] = ()
    second_factor: Annotated[
        bool,
        Field(
            description="身份提供方必须证明使用了第二种验证方式 / the provider must state that a second factor was used"
        ),
    ] = True
    second_factor_acr: Annotated[
        tuple[_Code, ...],
        Field(max_length=20, description="表示双因素的 acr 值 / values of acr that stand for a second factor"),
    ] = ()
    second_factor_amr: Annotated[
        tuple[_Code, ...],
        Field(max_length=20, description="表示双因素的 amr 值（RFC 8176） / values of amr that stand for it"),
    ] = ("mfa",)


def shows_second_factor(settings: ProviderSettings, claims: Mapping[str, Any]) -> bool:
    """Return whether an ID token's claims say that a second factor was used; what is not said was not used."""
    methods = claims.get("amr")
    stated = {one for one in methods if isinstance(one, str)} if isinstance(methods, list) else set()
    return claims.get("acr") in settings.second_factor_acr or not stated.isdisjoint(settings.second_factor_amr)


def read_client_secret(folder: Path, settings: ProviderSettings) -> str:
    """Return the client secret; its file may be named from `folder` on.

    Raises:
        ProviderSettingsError: no such file, one that others may read, too large, empty or not ASCII.
    """
    path = folder / settings.client_secret_file
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise ProviderSettingsError(
                "客户端密钥文件须仅属主可读（chmod 600） / others may read the client secret's file"
            )
        with path.open("rb") as stream:
            data = stream.read(MAX_SECRET_BYTES + 1)
    except OSError:
        raise ProviderSettingsError("读不到客户端密钥文件 / the client secret's file can't be read") from None
    try:
        secret = data.decode("ascii").strip()
    except UnicodeDecodeError:
        secret = ""
    if not secret.isprintable() or not 0 < len(secret) <= MAX_SECRET_BYTES:
        raise ProviderSettingsError("客户端密钥文件的内容不正确 / the client secret's file does not hold a secret")
    return secret
