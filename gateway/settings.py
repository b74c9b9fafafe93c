"""The gateway's settings: `gateway.yaml` in its folder. Every setting says what it is for."""

from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hosting.sign_on.settings import ProviderSettings
from schemas.formats import AgencyId, Token
from schemas.messages.registry import ShortText, Url

SETTINGS_FILE = "gateway.yaml"
KEY_FILE = "keys.json"
DATABASE_FILE = "gateway.sqlite3"
MAX_SETTINGS_BYTES = 256 * 1024


class SettingsError(Exception):
    """The settings file is missing or wrong; the sentence names the setting, never its value."""


class GatewaySettings(BaseModel):
    """What the operator decides about the gateway."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    gateway: Annotated[AgencyId, Field(description="网关代号 / the gateway's id, e.g. gateway.990100")]
    name_zh: Annotated[ShortText, Field(description="网关中文名称 / its name in Chinese")]
    name_en: Annotated[ShortText, Field(description="网关英文名称 / its name in English")]
    url: Annotated[Url, Field(description="连接器访问网关的网址 / where connectors reach the gateway")]
    database: Annotated[
        str,
        Field(
            max_length=1_000,
            description="数据库网址 / database: sqlite:////path or postgresql+psycopg://…; keep passwords out of it",
        ),
    ]
    log_name: Annotated[
        str,
        Field(
            pattern=r"^[^\s+]{1,200}$",
            description="审计日志名称 / the log's name; with the year behind it, the origin of that year's checkpoints"
            " (C2SP); never changed once the log has begun",
        ),
    ]
    statements: Annotated[
        tuple[Token, ...],
        Field(min_length=1, max_length=100, description="网关签名密钥声明 / statements of the gateway's signing keys"),
    ]
    registry_lifetime_hours: Annotated[
        int,
        Field(
            ge=1,
            le=168,
            description="登记信息有效小时数 / hours until connectors stop trusting the registry; renewed at half of it",
        ),
    ] = 24
    provider_timeout_seconds: Annotated[
        int,
        Field(ge=1, le=600, description="等待提供部门应答的秒数 / how long a provider's connector may take to answer"),
    ] = 60
    provider_connections: Annotated[
        int, Field(ge=1, le=1_000, description="每个进程对外连接数上限 / connections to providers, for each process")
    ] = 64
    unwitnessed_hours: Annotated[
        int,
        Field(
            ge=0,
            le=168,
            description="日志多少小时没有足够单位见证就停止交换；0表示每次都等待见证 / hours without a quorum"
            " of witnesses until nothing is exchanged; with 0 every request waits until the log is witnessed",
        ),
    ] = 4
    lead_body: Annotated[
        AgencyId | None,
        Field(
            description="牵头协调机构的成员代号，逾期事项向其督办，协议由其会签并裁定异议；未设置则逾期只记录，"
            "协议双方签署即可 / member id of the lead body that hears of overdue items,"
            " countersigns agreements and settles disputes; without it escalations are only recorded, and the"
            " two parties' signatures suffice"
        ),
    ] = None
    metrics_port: Annotated[
        int | None,
        Field(
            ge=1,
            le=65_535,
            description="本机上供Prometheus读取指标的端口，不填为不提供 / port on the loopback interface at which "
            "Prometheus reads figures; none: there are none",
        ),
    ] = None
    identity_provider: Annotated[
        ProviderSettings | None,
        Field(description="审计人员可用的统一身份认证（OpenID Connect） / the identity provider that auditors may use"),
    ] = None


def load_settings(folder: Path) -> GatewaySettings:
    """Read the settings of the gateway in `folder`.

    Raises:
        SettingsError: no such file, too large, or a setting is missing, unknown or malformed.
    """
    path = folder / SETTINGS_FILE
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_SETTINGS_BYTES + 1)
        raw: Any = yaml.safe_load(data) if len(data) <= MAX_SETTINGS_BYTES else None
    except (OSError, yaml.YAMLError, UnicodeDecodeError):
        raise SettingsError(f"读不了设置文件 {path} / the settings file can't be read: {path}") from None
    try:
        return GatewaySettings.model_validate(raw)
    except ValidationError as error:
        place = ".".join(str(step) for step in error.errors()[0]["loc"]) or SETTINGS_FILE
        raise SettingsError(f"设置有误：{place} / a setting is missing or wrong: {place}") from None


def save_settings(folder: Path, settings: GatewaySettings) -> None:
    """Write the settings file anew, readable by its owner alone."""
    path = folder / SETTINGS_FILE
    path.touch(mode=0o600)
    path.write_text(
        yaml.safe_dump(settings.model_dump(mode="json"), allow_unicode=True, sort_keys=False), encoding="utf-8"
    )
