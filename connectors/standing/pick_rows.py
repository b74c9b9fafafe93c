"""Read a roster and pick the rows that a standing question asks about this time."""

from connectors.agencies import agency_of
from connectors.context import Connector
from connectors.data_sets import Record, read_records
from connectors.register import county_within
from connectors.requester.ledger_roster import LedgerSource, ledger_store_of, mapping_of
from connectors.sources.errors import SourceError
from connectors.standing.row_rules import BirthdayMonths
from connectors.state.ledger_rows import LedgerRowStore
from connectors.state.ledgers import LedgerState
from schemas.regions import covers


def pick_rows(
    connector: Connector, ledger: str, regions: tuple[str, ...], months: BirthdayMonths | None
) -> tuple[int, ...]:
    """Return the numbers of the rows to ask about: usable, within the agreed regions, and with such a birthday.

    Args:
        connector: the agency's.
        ledger: the roster.
        regions: of the agreement.
        months: whose 18th birthdays are asked about; None asks about everybody.

    Raises:
        SourceError: file_missing where the ledger is not there any more or is not ready.
    """
    store, settings = ledger_store_of(connector), connector.settings
    kept = store.find(ledger)
    if kept is None or kept.state is not LedgerState.READY:
        raise SourceError("file_missing")
    records = read_records(
        LedgerSource(kept, LedgerRowStore(store, ledger)),
        mapping_of(kept),
        agency_of(settings.agency_type).data_set(kept.data_set or ""),
        today=connector.today(),
        allow_test_regions=settings.allow_test_regions,
        max_age_years=settings.max_child_age_years,
    )
    return tuple(
        record.row_number
        for record in records
        if record.linkage_keys and _is_agreed(record, regions) and (months is None or _has_birthday(record, months))
    )


def _is_agreed(record: Record, regions: tuple[str, ...]) -> bool:
    county = county_within(record, regions) or record.county
    return county is None or covers(regions, county)


def _has_birthday(record: Record, months: BirthdayMonths) -> bool:
    number = record.identity.citizen_id
    return months.has({*record.identity.birth_dates, *(() if number is None else (number.birth_on,))})
