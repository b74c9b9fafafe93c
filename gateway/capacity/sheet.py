"""What is needed, as lines for people: the command shows them and the page on capacity sets plans side by side."""

from dataclasses import dataclass

from gateway.capacity.amounts import bytes_text, count_text, hours_text
from gateway.capacity.needs import BuildNeeds, IndexNeeds, LogNeeds, Machines, Needs, Storage, WorkNeeds
from gateway.capacity.plan import Plan
from schemas.faults import Wording

STORAGE_WORDS = {
    Storage.SQLITE: Wording("SQLite，一个文件", "SQLite, one file"),
    Storage.POSTGRESQL: Wording("PostgreSQL，一台机器", "PostgreSQL on one machine"),
    Storage.CITUS: Wording("Citus，多台机器（未运行过）", "Citus on several machines (not run)"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One number, what it is in both languages, and how it is written."""

    words: Wording
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """Lines under a title."""

    title: Wording
    lines: tuple[Line, ...]


def plan_section(plan: Plan) -> Section:
    """Return what was planned."""
    return _section(
        ("计划", "The plan"),
        ("未成年人", "minors", count_text(plan.children)),
        ("单位", "agencies", count_text(plan.agencies)),
        ("有效协议，各有一个索引", "active agreements, each with an index", count_text(plan.agreements)),
        ("索引所含儿童的比例", "share of the children in an index", f"{plan.indexed_percent} %"),
        ("每个工作日的查询", "queries a working day", count_text(plan.queries_per_day)),
        ("每次查询的人数", "children in a query", count_text(plan.rows_per_query)),
        ("匹配并得到答复的比例", "share matched and answered", f"{plan.matched_percent} %"),
        ("密钥每年更换次数", "changes of keys a year", count_text(plan.epochs_per_year)),
        ("日志保存年数", "years that the log is kept", count_text(plan.log_years)),
        ("每日业务小时", "busy hours a day", count_text(plan.busy_hours)),
        ("一台机器", "one machine", f"{plan.cores} × CPU, {plan.memory_gib:,} GiB, {plan.disk_gib:,} GiB"),
    )


def needs_sections(needs: Needs) -> tuple[Section, ...]:
    """Return what is needed, section by section, always the same lines."""
    return (
        _machines(needs.machines),
        _index(needs.index),
        _building(needs.building),
        _work(needs.work),
        _log(needs.log),
    )


def _machines(needs: Machines) -> Section:
    storage = STORAGE_WORDS[needs.storage]
    return _section(
        ("机器", "Machines"),
        ("网关（各有一份日志）", "gateways, each with its own log", count_text(needs.gateways)),
        ("网关的机器", "machines for the gateway", count_text(needs.gateway_machines)),
        ("网关的进程（--workers）", "the gateway's processes (--workers)", count_text(needs.workers)),
        ("网关的内存", "the gateway's memory", bytes_text(needs.gateway_memory_bytes)),
        ("数据库", "database", f"{storage.zh}<br>{storage.en}"),
        ("另需的数据库机器", "machines for the database beside these", count_text(needs.database_machines)),
        ("数据库机器的磁盘", "disk of the database's machine", bytes_text(needs.disk_bytes)),
        ("数据库大小", "size of the database", bytes_text(needs.database_bytes)),
        ("备份，未压缩", "backups, not compressed", bytes_text(needs.backup_bytes)),
        ("连接器的机器（每单位一台）", "machines for connectors, one an agency", count_text(needs.connector_machines)),
        ("一个连接器的内存", "memory of a connector", bytes_text(needs.connector_memory_bytes)),
        ("两份全量数据由一个单位自行比对时", "where one agency links two whole sets", _bulk(needs)),
    )


def _bulk(needs: Machines) -> str:
    return "Spark（`bulk`）" if needs.needs_spark else "`rehearse`"


def _index(needs: IndexNeeds) -> Section:
    return _section(
        ("索引", "Indexes"),
        ("一份协议要分成几份", "into how many an agreement must be divided", count_text(needs.divisions)),
        ("索引总数", "indexes in all", count_text(needs.indexes)),
        ("一个索引的记录", "records of an index", count_text(needs.records)),
        ("一个索引的条目", "entries of an index", count_text(needs.entries)),
        ("一个索引在网关", "an index at the gateway", bytes_text(needs.bytes_each)),
        ("全部索引在网关", "all indexes at the gateway", bytes_text(needs.total_bytes)),
        ("更换时另需", "beside that while one is replaced", bytes_text(needs.spare_bytes)),
        ("一个索引经网络", "an index through the network", bytes_text(needs.sent_bytes)),
        ("一个索引在连接器", "an index at its connector", bytes_text(needs.connector_bytes)),
        ("启用一个索引的内存", "memory for activating an index", bytes_text(needs.activation_bytes)),
    )


def _building(needs: BuildNeeds) -> Section:
    return _section(
        ("建立索引", "Building indexes"),
        ("提供部门，一个核", "provider, on one core", hours_text(needs.provider_core_hours)),
        ("提供部门，整台机器", "provider, on its whole machine", hours_text(needs.provider_hours)),
        ("网关接收并启用一个", "gateway, to receive and activate one", hours_text(needs.gateway_hours)),
        ("网关，全部依次", "gateway, all in turn", hours_text(needs.all_gateway_hours)),
        ("网关，每年更换密钥", "gateway, for changes of keys a year", hours_text(needs.yearly_gateway_hours)),
    )


def _work(needs: WorkNeeds) -> Section:
    return _section(
        ("日常查询", "Daily queries"),
        ("每日查询人数", "children asked about a day", count_text(needs.rows_per_day)),
        ("高峰每秒查询", "queries a second at the peak", count_text(needs.peak_queries)),
        ("网关每日处理器时间", "the gateway's processor time a day", hours_text(needs.gateway_hours)),
        ("网关高峰占用的核", "cores of the gateway busy at the peak", count_text(needs.gateway_cores)),
        ("一个单位作答时的核", "cores of an agency that answers", count_text(needs.provider_cores)),
        ("一个单位提问时的核", "cores of an agency that asks", count_text(needs.requester_cores)),
    )


def _log(needs: LogNeeds) -> Section:
    return _section(
        ("日志", "The log"),
        ("每日条目", "entries a day", count_text(needs.entries_per_day)),
        ("高峰每秒条目", "entries a second at the peak", count_text(needs.peak_entries)),
        ("一份日志每秒最多", "a second that one log can take", count_text(needs.highest_entries)),
        ("每年大小", "size of a year", bytes_text(needs.yearly_bytes)),
        ("保存期内大小", "size over the years that it is kept", bytes_text(needs.kept_bytes)),
    )


def _section(title: tuple[str, str], *lines: tuple[str, str, str]) -> Section:
    return Section(Wording(*title), tuple(Line(Wording(zh, en), text) for zh, en, text in lines))
