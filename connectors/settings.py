"""A connector's settings: `connector.yaml` in its folder. Every setting says what it is for."""

import os
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from hosting.sign_on.settings import ProviderSettings
from schemas.formats import AgencyId, RegionScope
from schemas.messages.registry import AgencyType, GatewayPin, ShortText, Url
from schemas.regions import RegionError, subtree_prefix
from schemas.transforms import Transform, TransformError, validate_released


def _region(text: str) -> str:
    try:
        subtree_prefix(text)
    except RegionError:
        raise ValueError("no region code") from None
    return text


def _office_phone(text: str) -> str:
    try:
        validate_released(Transform.CONTACT, (), text)
    except TransformError:
        raise ValueError("no office's telephone number") from None
    return text


OfficeRegion = Annotated[RegionScope, AfterValidator(_region)]
OfficePhone = Annotated[str, AfterValidator(_office_phone)]

SETTINGS_FILE = "connector.yaml"
KEY_FILE = "keys.json"
STATE_FILE = "connector.sqlite3"
MAX_SETTINGS_BYTES = 64 * 1024


class SettingsError(Exception):
    """The settings file is missing or wrong; the sentence names the setting, never its value."""


class ConnectorSettings(BaseModel):
    """What an agency decides about its connector."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    agency: Annotated[AgencyId, Field(description="本单位代号 / the agency's id at the gateway")]
    agency_type: Annotated[AgencyType, Field(description="部门类别 / which agency module answers: civil_affairs, …")]
    name_zh: Annotated[ShortText, Field(description="单位全称 / the agency's full name in Chinese")]
    name_en: Annotated[ShortText, Field(description="单位英文名称 / its name in English")]
    region: Annotated[RegionScope, Field(description="所在行政区划代码 / the region it serves")]
    endpoint: Annotated[Url, Field(description="网关访问本连接器的网址 / where the gateway reaches this connector")]
    register_mapping: Annotated[
        str | None,
        Field(description="本单位登记册的映射文件 / mapping file of the register that is indexed and answered from"),
    ] = None
    parent_grounds_mapping: Annotated[
        str | None,
        Field(
            description="父母状况名单的映射文件（用途P03） / mapping file of the list of persons of whom this agency "
            "can state a ground of the private OR (purpose P03)"
        ),
    ] = None
    family_register_mapping: Annotated[
        str | None,
        Field(
            description="户籍亲属关系的映射文件，仅公安（用途P03） / mapping file of the register of parents, "
            "public security alone (purpose P03)"
        ),
    ] = None
    gateway: Annotated[
        GatewayPin | None,
        Field(description="网关网址与密钥指纹 / the gateway's address and pinned keys, from its administrator"),
    ] = None
    allow_test_regions: Annotated[
        bool, Field(description="允许从未启用的区划代码99 / accept never-issued region codes: for tests and demos only")
    ] = False
    max_child_age_years: Annotated[
        int,
        Field(
            ge=18,
            le=40,
            description="超过此年龄的号码视为监护人号码 / a number of somebody older is taken for a guardian's",
        ),
    ] = 25
    county_name_key_without_id_only: Annotated[
        bool,
        Field(
            description="只为没有证件号的记录发布“姓名＋县”散列 / publish the hash of name and county for records "
            "without an ID number only: it is the one that most records share"
        ),
    ] = False
    refreshes_indexes: Annotated[
        bool, Field(description="每夜按时更新已发布的索引 / refresh published indexes by the clock, every night")
    ] = True
    index_refresh_hour: Annotated[
        int, Field(ge=0, le=23, description="更新索引的钟点（北京时间） / hour of the day (China time) for the refresh")
    ] = 2
    max_index_shrink_percent: Annotated[
        int,
        Field(
            ge=0,
            le=100,
            description="登记册一次减少超过此百分比时不自动发布，交数据管理员确认 / a register that lost a larger "
            "share at once is not published by itself: the data steward is asked",
        ),
    ] = 10
    dropout_entry_days: Annotated[
        int,
        Field(
            ge=365,
            le=3650,
            description="控辍保学事项办结后，学校填报的内容保存多少天 / days for which what schools told of a pupil "
            "is kept after the item has ended",
        ),
    ] = 1095
    correction_days: Annotated[
        int,
        Field(
            ge=365,
            le=3650,
            description="校核申请答复后保存多少天 / days for which answered requests for correction stay",
        ),
    ] = 1095
    statistics_epsilon_thousandths: Annotated[
        int | None,
        Field(
            ge=1,
            le=100_000,
            description="统计表每次发布所加噪声的隐私参数ε（千分之一），不填为不加噪声 / epsilon, in thousandths, of "
            "the noise that each released table of statistics gets; none: no noise",
        ),
    ] = None
    statistics_epsilon_thousandths_per_year: Annotated[
        int,
        Field(
            ge=1,
            le=1_000_000,
            description="一年内各统计表ε之和的上限（千分之一） / largest sum of epsilon over a year's tables, in "
            "thousandths",
        ),
    ] = 4000
    duty_offices: Annotated[
        dict[OfficeRegion, OfficePhone],
        Field(description="各地区值班办公电话，不得为个人电话 / telephones of duty offices by region, no person's"),
    ] = {}
    console_url: Annotated[
        Url, Field(description="经办人员打开工作台的网址 / where officers open the console (command console)")
    ] = "http://127.0.0.1:8480"
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
        Field(description="经办人员可用的统一身份认证（OpenID Connect） / the identity provider that officers may use"),
    ] = None
    workers: Annotated[
        int,
        Field(ge=1, le=256, description="计算所用线程或进程数 / threads or processes for group arithmetic"),
    ] = os.cpu_count() or 1


def load_settings(folder: Path) -> ConnectorSettings:
    """Read the settings of the connector in `folder`.

    Raises:
        SettingsError: no such file, too large, not YAML, or a setting is wrong.
    """
    path = folder / SETTINGS_FILE
    if not path.is_file():
        raise SettingsError(f"没有找到 {SETTINGS_FILE}，请先运行 init / no {SETTINGS_FILE} here: run init first")
    if path.stat().st_size > MAX_SETTINGS_BYTES:
        raise SettingsError(f"{SETTINGS_FILE} 过大 / is too large")
    try:
        raw: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
        return ConnectorSettings.model_validate(raw)
    except (yaml.YAMLError, UnicodeDecodeError):
        raise SettingsError(f"{SETTINGS_FILE} 不是有效的YAML / is not valid YAML") from None
    except ValidationError as error:
        place = ".".join(str(step) for step in error.errors()[0]["loc"])
        raise SettingsError(f"{SETTINGS_FILE}: 设置项 {place} 不正确 / setting {place} is wrong") from None


def save_settings(folder: Path, settings: ConnectorSettings) -> None:
    """Write the settings of the connector in `folder`, replacing the file at once."""
    text = yaml.safe_dump(settings.model_dump(mode="json", exclude_none=True), allow_unicode=True, sort_keys=False)
    temporary = folder / f"{SETTINGS_FILE}.new"
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(folder / SETTINGS_FILE)
