"""Gathers what reports state: counts from the log, agreements, the state of the log and its witnesses."""

from datetime import UTC, date, datetime

from gateway.log.checkpoints import find_checkpoint
from gateway.log.shards import list_signed_shards
from gateway.persistence.agreement_queries import list_agreements
from gateway.persistence.engine import read_transaction
from gateway.persistence.report_counts import Period, count_alerts_by_finding, count_entries_of, count_fields
from gateway.reports.monthly_figures import COUNTED_TYPES, Figures, sum_figures
from gateway.reports.yearly_facts import AgreementFact, ShardFact, WitnessFact, YearlyFacts
from gateway.services.agency_names import agency_names
from gateway.services.context import Gateway
from gateway.services.witness_status import witness_status
from keys.crypto.log_shards import shard_origin
from schemas.faults import Wording


def gather_figures(gateway: Gateway, from_on: date, to_on: date, agency: str | None) -> Figures:
    """Return the counts of a period, of entries that concern an agency or of all."""
    period = Period(from_on, to_on)
    with read_transaction(gateway.engine) as connection:
        return sum_figures(
            (from_on, to_on),
            agency,
            count_entries_of(connection, COUNTED_TYPES, period, agency),
            count_fields(connection, period, agency),
            count_alerts_by_finding(connection, period, agency),
        )


def gather_yearly(gateway: Gateway, figures: Figures, made_on: date, bundle: tuple[str, str]) -> YearlyFacts:
    """Return the facts of a year; `bundle` is the name and the SHA-256 (hexadecimal) of the log's file."""
    status = witness_status(gateway)
    return YearlyFacts(
        gateway=Wording(gateway.settings.name_zh, gateway.settings.name_en),
        year=figures.from_on.year,
        made_on=made_on,
        figures=figures,
        agreements=_agreements(gateway, figures),
        shards=_shards(gateway),
        witnesses=tuple(
            WitnessFact(one.name, one.last_time_at, one.is_late) for one in status.witnesses if one.is_counted
        ),
        quorum=status.quorum_size,
        names=agency_names(gateway),
        bundle=bundle[0],
        bundle_digest=bundle[1],
    )


def _agreements(gateway: Gateway, figures: Figures) -> tuple[AgreementFact, ...]:
    """Return the agreements whose period and the year's overlap."""
    with read_transaction(gateway.engine) as connection:
        stored = [one.standing for one in list_agreements(connection)]
    facts = [
        AgreementFact(
            id=standing.agreement.id,
            purpose=standing.agreement.purpose,
            requester=standing.agreement.requester.agency,
            provider=standing.agreement.provider.agency,
            attributes=tuple(standing.agreement.attributes),
            valid_from=datetime.fromtimestamp(standing.agreement.valid_from, UTC),
            valid_until=datetime.fromtimestamp(standing.agreement.valid_until, UTC),
            state=standing.state,
        )
        for standing in stored
    ]
    period = Period(figures.from_on, figures.to_on)
    during = [one for one in facts if one.valid_from < period.until_at and one.valid_until >= period.from_at]
    return tuple(sorted(during, key=lambda one: (one.purpose, one.requester, one.id)))


def _shards(gateway: Gateway) -> tuple[ShardFact, ...]:
    with read_transaction(gateway.engine) as connection:
        signed = [find_checkpoint(connection, shard) for shard in list_signed_shards(connection)]
    return tuple(
        ShardFact(shard_origin(gateway.settings.log_name, one.shard), one.size, one.root_hash.hex(), one.signed_at)
        for one in signed
        if one is not None
    )
