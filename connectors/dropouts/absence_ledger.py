"""Which stored ledgers are absence ledgers, and what their rows are judged by."""

from dataclasses import dataclass

from sqlalchemy import select

from connectors.context import Connector
from connectors.data_sets import Record
from connectors.dropouts.judge_absence import ABSENCE_FIELDS, AbsenceRules, judge_absence
from connectors.education import DROPOUT_LEDGER
from connectors.sources.findings import Finding
from connectors.state.console_tables import ACCOUNT_TABLES
from connectors.state.database import reading
from connectors.state.dropout_flags import FlagStore
from connectors.state.ledgers import KeptLedger
from schemas.dropouts.absence_limit import limit_of
from schemas.identity import ChildIdentity
from schemas.person_name import normalise_name


@dataclass(frozen=True, slots=True)
class AbsenceCheck:
    """Judges the rows of one absence ledger, knowing who is flagged already."""

    rules: AbsenceRules
    store: FlagStore
    open_tags: frozenset[bytes]

    def findings(self, record: Record) -> tuple[Finding, ...]:
        """Return all findings of a row."""
        pupil = pupil_of(record.identity, self.rules.school)
        is_flagged = pupil is not None and self.store.tag_of(pupil) in self.open_tags
        return judge_absence(record, self.rules, is_flagged=is_flagged)


def flag_store_of(connector: Connector) -> FlagStore:
    """Return where an agency keeps the pupils whom its schools flagged."""
    return FlagStore(connector.state, connector.storage_key(), connector.random)


def is_absence_ledger(kept: KeptLedger) -> bool:
    """Return whether a ledger tells of absence."""
    return kept.data_set == DROPOUT_LEDGER.name and not ABSENCE_FIELDS.isdisjoint(kept.card.columns)


def find_absence_check(connector: Connector, kept: KeptLedger) -> AbsenceCheck | None:
    """Return what the rows of a ledger are judged by beside their cells, or None where it is no absence ledger."""
    if not is_absence_ledger(kept):
        return None
    columns = {name: kept.card.labels[at] for name, at in kept.card.columns.items()}
    school = school_of(connector, kept.owner)
    rules = AbsenceRules(columns, school, limit_of(connector.settings.region), connector.today())
    store = flag_store_of(connector)
    return AbsenceCheck(rules, store, store.open_tags())


def school_of(connector: Connector, account: str) -> str | None:
    """Return the school where somebody works, or None."""
    is_theirs = ACCOUNT_TABLES.account.c.id == account
    with reading(connector.state) as connection:
        return connection.execute(select(ACCOUNT_TABLES.office).where(is_theirs)).scalar_one_or_none()


def pupil_of(identity: ChildIdentity, school: str | None) -> str | None:
    """Return by what a pupil who is flagged twice is known: the ID number, else name, birth date and school."""
    if identity.citizen_id is not None:
        return f"id/{identity.citizen_id.core15}"
    if identity.name is None or not identity.birth_dates or school is None:
        return None
    return f"name/{normalise_name(identity.name).text}/{identity.birth_dates[0].isoformat()}/{school}"
