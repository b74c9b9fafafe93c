"""This agency's own table of counts at the desk: making it for the quarter that ended, and the year's noise."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import record_in
from connectors.register import open_register
from connectors.settings import SettingsError
from connectors.sources.errors import SourceError
from connectors.state.database import writing
from connectors.state.statistics import find_release, last_made_on, list_releases, noise_spent
from connectors.statistics.count_rules import COUNT_RULES
from connectors.statistics.releases import obtain_release
from schemas.faults import Wording
from schemas.problem import ProblemCode, ProblemError, text_of
from schemas.statistics.quarter import last_ended_quarter, may_be_made
from schemas.statistics.release import StatisticsRelease
from schemas.statistics.tables import StatisticsTable, load_tables

_NO_REGISTER: Final = Wording(
    "没有接入登记册（设置 register_mapping）", "no register is connected (setting register_mapping)"
)


@dataclass(frozen=True, slots=True)
class Noise:
    """What noise this agency adds: thousandths of epsilon a table (None: no noise), spent this year, and the limit."""

    epsilon: int | None
    spent: int
    limit: int


@dataclass(frozen=True, slots=True)
class OwnTable:
    """The table of this agency's kind.

    Attributes:
        table: of the catalogue.
        quarter: the one that ended last.
        is_made: whether its table was made.
        may_be_made: whether it may be made today.
        releases: what was made, the newest first; sets of matched children among it.
        noise: what is added.
    """

    table: StatisticsTable
    quarter: str
    is_made: bool
    may_be_made: bool
    releases: tuple[StatisticsRelease, ...]
    noise: Noise


def tell_own_table(console: Console) -> OwnTable | None:
    """Return this agency's table, or None where its kind publishes none."""
    connector = console.connector
    kind = connector.settings.agency_type
    table = next((one for one in load_tables().values() if one.provider == kind and one.id in COUNT_RULES), None)
    if table is None:
        return None
    state, today, settings = connector.state, connector.today(), connector.settings
    quarter = last_ended_quarter(today)
    return OwnTable(
        table=table,
        quarter=quarter,
        is_made=find_release(state, table.id, quarter) is not None,
        may_be_made=may_be_made(quarter, today, last_made_on(state, table.id)),
        releases=tuple(reversed(list_releases(state, table.id))),
        noise=Noise(
            settings.statistics_epsilon_thousandths,
            noise_spent(state, today.year),
            settings.statistics_epsilon_thousandths_per_year,
        ),
    )


class TableMaker:
    """Makes the own table away from the pages: counting a large register takes a while. One instance a process."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._known = threading.Lock()
        self._thread: threading.Thread | None = None
        self._failure: Wording | None = None

    @property
    def is_running(self) -> bool:
        """Whether a table is being made."""
        with self._known:
            return self._thread is not None and self._thread.is_alive()

    @property
    def failure(self) -> Wording | None:
        """Why the last making failed; None where it did not."""
        return self._failure

    def begin(self, account: str, wanted: OwnTable) -> None:
        """Begin to make the table of the quarter that ended last, unless one is being made."""
        with self._known:
            if self._thread is not None and self._thread.is_alive():
                return
            self._failure = None
            self._thread = threading.Thread(target=self._make, args=(account, wanted), name="own-table", daemon=True)
            self._thread.start()

    def _make(self, account: str, wanted: OwnTable) -> None:
        connector = self._console.connector
        try:
            obtain_release(connector, open_register(connector), wanted.table, wanted.quarter)
        except ProblemError as error:
            self._failure = FAILURES.get(error.code) or _say(error.code)
        except SettingsError:
            self._failure = _NO_REGISTER
        except SourceError:
            self._failure = FAILURES[ProblemCode.SOURCE_UNAVAILABLE]
        else:
            with writing(connector.state) as connection:
                record_in(connection, connector.seconds(), account, Action.TABLE_MADE, None, wanted.quarter)


FAILURES: Final[Mapping[ProblemCode, Wording]] = MappingProxyType(
    {
        ProblemCode.SOURCE_UNAVAILABLE: Wording(
            "登记册读不出来，或没有一条记录写明乡镇", "the register can't be read, or no record names a township"
        ),
        ProblemCode.BUDGET_EXHAUSTED: Wording("本年度噪声预算已用完", "this year's budget of noise is spent"),
    }
)


def _say(code: ProblemCode) -> Wording:
    text = text_of(code)
    return Wording(text.title_zh, text.title_en)
