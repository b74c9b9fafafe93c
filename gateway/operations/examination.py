"""The examination of a gateway: machine, database, log, keys, witnesses, members, jobs. It changes nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, make_url
from sqlalchemy.exc import SQLAlchemyError

from gateway.bootstrap import open_gateway, utc_now
from gateway.domain.budgets import LEGAL_ZONE
from gateway.log.journal import LogDamagedError
from gateway.log.tile_files import PUBLIC_FOLDER
from gateway.log.timestamp import parse_timestamp
from gateway.operations.newest_entry import find_newest_time
from gateway.persistence.engine import DurabilityError, create_database_engine, read_transaction
from gateway.persistence.member_queries import latest_registry
from gateway.persistence.migrate import current_head, stated_revision
from gateway.services.context import Gateway
from gateway.services.job_runs import show_job_runs
from gateway.services.witness_status import witness_status
from gateway.settings import GatewaySettings, SettingsError, load_settings
from hosting.examination.findings import Finding, Subject
from hosting.examination.machine import check_disk, check_permissions, check_sqlite
from hosting.examination.peers import check_peer
from hosting.examination.upkeep import check_holidays, check_jobs, check_keys
from hosting.sign_on.settings import ProviderSettingsError
from keys.custody.errors import CustodyError
from keys.custody.new_keys import GATEWAY_KINDS
from schemas.envelope import MAX_CLOCK_SKEW
from schemas.faults import Wording

_SETTINGS: Final = Subject("settings", Wording("设置", "the settings"))
_SCHEMA: Final = Subject("database_schema", Wording("数据库版本", "the database's schema"))
_OPENS: Final = Subject("log", Wording("密钥和日志", "keys and log"))
_CLOCK: Final = Subject("clock:log", Wording("时钟：日志", "the clock: the log"))
_REGISTRY: Final = Subject("registry", Wording("登记信息", "the registry"))
_WITNESSES: Final = Subject("witnesses", Wording("见证", "witnesses"))


def examine_gateway(folder: Path, passphrase: str) -> Iterator[Finding]:
    """Examine the gateway in `folder`, also while it serves."""
    try:
        settings = load_settings(folder)
    except SettingsError as error:
        correct = Wording("改正 gateway.yaml，或从备份恢复", "correct gateway.yaml, or restore it from a backup")
        yield _SETTINGS.fault(*_halves(error), correct)
        return
    yield _SETTINGS.fine("可读", "they can be read")
    yield from check_disk(folder)
    yield from check_permissions(folder, public=frozenset({PUBLIC_FOLDER}))
    yield from check_holidays(folder, utc_now().astimezone(LEGAL_ZONE).date())
    database = make_url(settings.database)
    if database.get_backend_name() == "sqlite" and database.database:
        yield from check_sqlite(Path(database.database))
    schema = _check_schema(settings)
    yield schema
    if schema.next_step is None:
        yield from _examine_opened(folder, passphrase)


def _examine_opened(folder: Path, passphrase: str) -> Iterator[Finding]:
    try:
        with open_gateway(folder, passphrase) as gateway:
            yield _OPENS.fine("可用，日志与已签署的一致", "usable, and the log is what was signed")
            yield from check_keys(gateway.keys.ring, GATEWAY_KINDS, gateway.now())
            yield from _check_state(gateway)
            yield from check_jobs(show_job_runs(gateway), gateway.now())
            yield from check_peer(gateway.id, gateway.settings.url, gateway.now)
            for agency, member in sorted(gateway.members.current().members.items()):
                yield from check_peer(agency, member.endpoint, gateway.now)
    except (CustodyError, LogDamagedError, ProviderSettingsError, SettingsError) as error:
        follow = Wording("按左边的话办；恢复见 restore", "do as it says; for restoring see restore")
        yield _OPENS.fault(*_halves(error), follow)


def _check_schema(settings: GatewaySettings) -> Finding:
    reach = Wording("启动数据库，核对 database 设置", "start the database, and look at the setting database")
    engine = create_database_engine(settings.database)
    try:
        with read_transaction(engine) as connection:
            found = stated_revision(connection)
    except (SQLAlchemyError, DurabilityError):
        return _SCHEMA.fault("数据库打不开", "the database can't be opened", reach)
    finally:
        engine.dispose()
    if found == current_head():
        return _SCHEMA.fine(f"第 {found} 版", f"revision {found}")
    migrate = Wording(
        "程序更新后运行 tongxin-gateway migrate；数据库更新则升级程序",
        "after an upgrade run tongxin-gateway migrate; where the database is newer, upgrade the program",
    )
    wanted = current_head()
    return _SCHEMA.fault(f"数据库 {found}，程序 {wanted}", f"the database has {found}, the program {wanted}", migrate)


def _check_state(gateway: Gateway) -> Iterator[Finding]:
    with read_transaction(gateway.engine) as connection:
        yield _compare_clock(gateway, connection)
        latest = latest_registry(connection)
    serve = Wording("确认服务在运行：它按时更新登记信息", "see that the gateway serves: it renews the registry")
    if latest is None or latest.expires_at <= gateway.seconds():
        yield _REGISTRY.fault("已过期", "it has expired", serve)
    else:
        hours = (latest.expires_at - gateway.seconds()) // 3600
        zh, en = f"第 {latest.version} 版，还有 {hours} 小时", f"version {latest.version}, {hours} hours left"
        yield _REGISTRY.fine(zh, en)
    yield _check_witnesses(gateway)


def _compare_clock(gateway: Gateway, connection: Connection) -> Finding:
    newest = find_newest_time(connection)
    synchronise = Wording("核对本机时间同步（chrony）", "check this machine's time synchronisation (chrony)")
    if newest is not None and parse_timestamp(newest) - gateway.now() > MAX_CLOCK_SKEW:
        return _CLOCK.fault("本机时间早于最新日志条目", "this machine is behind the log's newest entry", synchronise)
    return _CLOCK.fine("不早于最新日志条目", "not behind the log's newest entry")


def _check_witnesses(gateway: Gateway) -> Finding:
    status = witness_status(gateway)
    adopt = Wording("tongxin-gateway witness policy，再 witness adopt", "tongxin-gateway witness policy, then adopt")
    if status.policy is None:
        return _WITNESSES.warn("尚无见证规则", "there is no policy yet", adopt)
    late = [one.agency or one.name for one in status.witnesses if one.is_counted and one.is_late]
    minutes = status.unwitnessed_seconds // 60
    zh = f"需 {status.quorum_size} 家；{minutes} 分钟前见证；迟：{len(late)}"
    en = f"{status.quorum_size} suffice; witnessed {minutes} minutes ago; late: {len(late)}"
    call = Wording(f"联系：{', '.join(late)}", f"call: {', '.join(late)}")
    if not status.may_release:
        return _WITNESSES.fault(zh, en, call)
    return _WITNESSES.warn(zh, en, call) if late else _WITNESSES.fine(zh, en)


def _halves(error: Exception) -> tuple[str, str]:
    """Return an error's sentence in Chinese and in English; all known errors write it as `zh / en`."""
    zh, _, en = str(error).partition(" / ")
    return zh, en or zh
