"""The examination of a connector: machine, database, keys, gateway, registry, witness, jobs; no clear values."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from connectors.context import Connector, open_connector
from connectors.gateway_client import AnswerError, GatewayClient, GatewayUnreachableError
from connectors.operations.gateway_version import check_gateway_version
from connectors.settings import STATE_FILE, ConnectorSettings, SettingsError, load_settings
from connectors.state.alerts import list_alerts
from connectors.state.database import SCHEMA_VERSION
from connectors.state.job_runs import ConnectorJobs
from connectors.state.witness_notes import list_newest
from connectors.trust import TrustStore
from hosting.examination.findings import Finding, Subject
from hosting.examination.machine import check_disk, check_permissions, check_sqlite
from hosting.examination.peers import check_peer
from hosting.examination.upkeep import check_holidays, check_jobs, check_keys
from keys.custody.errors import CustodyError
from keys.custody.key_ring import KeyKind
from keys.custody.new_keys import CONNECTOR_KINDS
from schemas.faults import Wording
from schemas.problem import ProblemCode, ProblemError

ROTATED: Final = (KeyKind.SIGNING, KeyKind.OPENING, KeyKind.WITNESS)
KEPT: Final = tuple(kind for kind in CONNECTOR_KINDS if kind not in ROTATED)
LATE_WITNESS: Final = timedelta(minutes=10)

_SETTINGS: Final = Subject("settings", Wording("设置", "the settings"))
_SCHEMA: Final = Subject("database_schema", Wording("数据库版本", "the database's schema"))
_OPENS: Final = Subject("keys", Wording("密钥文件", "the key file"))
_REGISTRY: Final = Subject("registry", Wording("登记信息和网关密钥", "the registry and the gateway's key"))
_WITNESS: Final = Subject("witness", Wording("见证", "witnessing"))
_ALERTS: Final = Subject("alerts", Wording("告警", "alerts"))
_REGISTER: Final = Subject("register", Wording("登记册映射文件", "the register's mapping file"))

_LOOK: Final = Wording("查看网络和网关", "look at the network and at the gateway")


def examine_connector(folder: Path, passphrase: str) -> Iterator[Finding]:
    """Examine the connector in `folder`, also while it serves; it fetches the registry as a serving one does."""
    try:
        settings = load_settings(folder)
    except SettingsError as error:
        correct = Wording("改正 connector.yaml，或从备份恢复", "correct connector.yaml, or restore it from a backup")
        yield _SETTINGS.fault(*_halves(error), correct)
        return
    yield _SETTINGS.fine("可读", "they can be read")
    yield from check_disk(folder)
    yield from check_permissions(folder)
    yield from check_sqlite(folder / STATE_FILE)
    yield from _check_register(folder, settings)
    schema = _check_schema(folder / STATE_FILE)
    yield schema
    if schema.next_step is not None:
        return
    try:
        connector = open_connector(folder, passphrase)
    except CustodyError as error:
        restore = Wording(
            "核对口令；密钥文件损坏则从备份恢复", "check the passphrase; restore the file if it is damaged"
        )
        yield _OPENS.fault(*_halves(error), restore)
        return
    yield _OPENS.fine("可用", "usable")
    try:
        yield from _examine_opened(connector)
    finally:
        connector.state.dispose()


def _examine_opened(connector: Connector) -> Iterator[Finding]:
    rotate = Wording("tongxin-connector key rotate <种类>", "tongxin-connector key rotate <kind>")
    yield from check_keys(connector.keys.ring, ROTATED, connector.now(), rotate)
    yield from check_keys(connector.keys.ring, KEPT, connector.now())
    yield from check_holidays(connector.folder, connector.today())
    yield from check_jobs(ConnectorJobs(connector.state, connector.now).runs(), connector.now())
    yield _check_alerts(connector)
    if connector.settings.gateway is None:
        join = Wording("tongxin-connector join <网关文件>", "tongxin-connector join <pin file>")
        yield _REGISTRY.fault("尚未接入网关", "not joined to a gateway yet", join)
        return
    yield _check_registry(connector)
    yield _check_witness(connector)
    yield from check_peer(connector.gateway.gateway, connector.gateway.url, connector.now)
    yield from check_gateway_version(connector.gateway.gateway, connector.gateway.url)
    yield from check_peer(connector.agency, connector.settings.endpoint, connector.now)


def _check_schema(file: Path) -> Finding:
    restore = Wording("用原来的程序打开，或从备份恢复", "use the program that wrote it, or restore a backup")
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            (found,) = connection.execute("PRAGMA user_version").fetchone()
    except sqlite3.DatabaseError:
        return _SCHEMA.fault("读不了", "it can't be read", restore)
    if found == SCHEMA_VERSION:
        return _SCHEMA.fine(f"第 {found} 版", f"version {found}")
    zh, en = (
        f"数据库第 {found} 版，程序第 {SCHEMA_VERSION} 版",
        f"the database has {found}, the program {SCHEMA_VERSION}",
    )
    return _SCHEMA.fault(zh, en, restore)


def _check_registry(connector: Connector) -> Finding:
    trust = TrustStore(connector.state, connector.gateway)
    client = GatewayClient(connector, trust)
    try:
        client.refresh_registry()
        registry = trust.registry(connector.now()).registry
    except (GatewayUnreachableError, AnswerError):
        return _REGISTRY.fault("取不到登记信息", "the registry can't be fetched", _LOOK)
    except ProblemError as error:
        return _refused(error)
    finally:
        client.close()
    hours = (registry.expires_at - connector.seconds()) // 3600
    return _REGISTRY.fine(
        f"第 {registry.version} 版，由所认定的密钥签名，还有 {hours} 小时",
        f"version {registry.version}, signed by the pinned key, {hours} hours left",
    )


def _refused(error: ProblemError) -> Finding:
    if error.code is ProblemCode.REGISTRY_NOT_TRUSTED:
        call = Wording(
            "不要使用；电话核对网关密钥指纹，查看 alerts",
            "use nothing of it; compare the gateway's thumbprint by telephone, and read alerts",
        )
        return _REGISTRY.fault("不是所认定的网关签名", "not what the pinned gateway signed, or cut short", call)
    clock = Wording("核对本机时钟，再问网关管理人员", "check this machine's clock, then ask the gateway's operator")
    return _REGISTRY.fault("已过期", "it has expired", clock)


def _check_witness(connector: Connector) -> Finding:
    newest = max((note.cosigned_at for note in list_newest(connector.state)), default=None)
    serve = Wording("确认 serve 在运行，查看其日志", "see that serve runs, and read its log")
    if newest is None:
        return _WITNESS.warn("尚未见证", "nothing was cosigned yet", serve)
    ago = connector.now() - datetime.fromtimestamp(newest, UTC)
    zh, en = f"{ago // timedelta(minutes=1)} 分钟前见证", f"cosigned {ago // timedelta(minutes=1)} minutes ago"
    return _WITNESS.warn(zh, en, serve) if ago > LATE_WITNESS else _WITNESS.fine(zh, en)


def _check_alerts(connector: Connector) -> Finding:
    count = len(list_alerts(connector.state))
    read = Wording("tongxin-connector alerts", "tongxin-connector alerts")
    return _ALERTS.warn(f"{count} 条", f"{count} were raised", read) if count else _ALERTS.fine("没有", "none")


def _check_register(folder: Path, settings: ConnectorSettings) -> Iterator[Finding]:
    if settings.register_mapping is None:
        return
    if Path(folder, settings.register_mapping).is_file():
        yield _REGISTER.fine("存在", "it is there")
    else:
        place = Wording("放回该文件，或改设置 register_mapping", "put it back, or change the setting register_mapping")
        yield _REGISTER.fault("找不到", "it is not there", place)


def _halves(error: Exception) -> tuple[str, str]:
    """Return an error's sentence in Chinese and in English; all known errors write it as `zh / en`."""
    zh, _, en = str(error).partition(" / ")
    return zh, en or zh
