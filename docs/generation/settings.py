"""The page of settings: `connector.yaml`, `gateway.yaml` and the environment, from the models' own descriptions."""

import yaml
from pydantic import BaseModel

from connectors.settings import SETTINGS_FILE as CONNECTOR_FILE
from connectors.settings import ConnectorSettings
from docs.generation.forms import describe_member
from docs.generation.markdown import block, both, code, introduction, page, table
from docs.generation.settings_examples import CONNECTOR_EXAMPLE, GATEWAY_EXAMPLE
from gateway.settings import SETTINGS_FILE as GATEWAY_FILE
from gateway.settings import GatewaySettings
from hosting.command_line import PASSPHRASE_VARIABLE
from hosting.sign_on.settings import ProviderSettings
from schemas.catalogue_files import CATALOGUE_VARIABLE
from schemas.messages.registry import GatewayPin

_COMPUTED_DEFAULTS = {"workers": "CPU 数 / number of CPUs"}


def settings_page() -> str:
    """Return the page: an example of each file first, then every setting."""
    return page(
        "设置 / Settings",
        introduction("settings"),
        f"## `{CONNECTOR_FILE}`",
        _example(CONNECTOR_EXAMPLE),
        _settings_table(ConnectorSettings),
        "`gateway` 由 `join` 从网关管理员交回的文件写入 / `join` writes `gateway` from the file that the gateway's "
        "administrator handed back:",
        _members_table(GatewayPin),
        f"## `{GATEWAY_FILE}`",
        _example(GATEWAY_EXAMPLE),
        _settings_table(GatewaySettings),
        "## 统一身份认证 / Identity provider",
        "两个文件中的 `identity_provider` / `identity_provider` in either file:",
        _settings_table(ProviderSettings),
        "## 环境变量 / Environment variables",
        table(("变量 variable", "含义 meaning"), _ENVIRONMENT),
    )


_ENVIRONMENT = [
    (code("TONGXIN_FOLDER"), both("连接器或网关的文件夹，同 `--folder`", "the folder, as `--folder`")),
    (
        code("TONGXIN_PASSPHRASE_FILE"),
        both("存放口令的文件，同 `--passphrase-file`", "the file with the passphrase, as `--passphrase-file`"),
    ),
    (
        code(PASSPHRASE_VARIABLE),
        both("口令本身；只宜用于演示和测试", "the passphrase itself; for demos and tests at most"),
    ),
    (
        code(CATALOGUE_VARIABLE),
        both(
            "添加的目录文件所在文件夹：数据项、用途、规则包、部门；网关和双方连接器须相同",
            "the folder of added catalogue files: attributes, purposes, rule packs, agencies; the same at the gateway "
            "and at both connectors",
        ),
    ),
    (
        "任意 / any",
        both(
            "映射文件 `url_environment` 所指的变量：含密码的数据库地址",
            "the variable that a mapping's `url_environment` names: a database address with its password",
        ),
    ),
]


def _example(settings: BaseModel) -> str:
    written = settings.model_dump(mode="json", exclude_none=True)
    return block("yaml", yaml.safe_dump(written, allow_unicode=True, sort_keys=False, width=120))


def _settings_table(model: type[BaseModel]) -> str:
    rows = []
    for name, field in model.model_fields.items():
        zh, en = (field.description or "").split(" / ", 1)
        default = "必填 / required" if field.is_required() else _default(name, field.default)
        rows.append((code(name), both(zh, en), describe_member(model, name), default))
    return table(("设置项 setting", "含义 meaning", "形式 form", "默认 default"), rows)


def _members_table(model: type[BaseModel]) -> str:
    return table(
        ("成员 member", "形式 form"), [(code(name), describe_member(model, name)) for name in model.model_fields]
    )


def _default(name: str, value: object) -> str:
    if isinstance(value, tuple):
        return code(f"[{', '.join(value)}]")
    return _COMPUTED_DEFAULTS.get(name) or ("—" if value is None else code(str(value).lower()))
