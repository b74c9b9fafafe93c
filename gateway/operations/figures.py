"""The gateway's state as figures: the log and its witnesses, open alerts, the registry, the jobs. Counts alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import SQLAlchemyError

from gateway.alerts.facts import Severity
from gateway.log.checkpoints import find_latest_checkpoint
from gateway.log.shards import find_end
from gateway.persistence.alert_tables import alert
from gateway.persistence.engine import read_transaction
from gateway.persistence.member_queries import latest_registry
from gateway.services.close_alert import OPEN
from gateway.services.context import Gateway
from gateway.services.job_runs import show_job_runs
from gateway.services.witness_status import witness_status
from hosting.metrics.job_figures import job_figures

READABLE: Final = "tongxin_state_readable"


@dataclass(frozen=True, eq=False)
class GatewayFigures(Collector):
    """Reads the figures anew whenever it is asked."""

    gateway: Gateway

    def collect(self) -> Iterator[Metric]:
        """Return the figures, or only that they can't be read."""
        try:
            found = [*self._log(), *self._witnesses(), *job_figures(show_job_runs(self.gateway))]
        except SQLAlchemyError:
            found = []
        yield GaugeMetricFamily(READABLE, "1 where the database could be read for this page, else 0.", bool(found))
        yield from found

    def _log(self) -> Iterator[Metric]:
        with read_transaction(self.gateway.engine) as connection:
            end, signed = find_end(connection), find_latest_checkpoint(connection)
            registry, alerts = latest_registry(connection), _alerts(connection)
        yield GaugeMetricFamily("tongxin_log_entries", "Entries of this year's log.", 0 if end is None else end[1])
        yield GaugeMetricFamily("tongxin_log_signed_entries", "Entries under the newest checkpoint.", _size(signed))
        expires_at = 0 if registry is None else registry.expires_at
        yield GaugeMetricFamily("tongxin_registry_expires_timestamp_seconds", "End of the registry.", expires_at)
        yield alerts

    def _witnesses(self) -> Iterator[Metric]:
        status = witness_status(self.gateway)
        newest = status.newest_witnessed
        late = sum(one.is_late for one in status.witnesses if one.is_counted)
        for name, text, value in (
            ("log_witnessed_entries", "Entries that a quorum witnessed.", _size(newest)),
            ("log_unwitnessed_seconds", "Seconds since a quorum last witnessed the log.", status.unwitnessed_seconds),
            ("witness_quorum", "Witnesses that suffice; 0 without a policy.", status.quorum_size),
            ("witnesses_late", "Witnesses of the policy that are late.", late),
            ("may_release", "1 where requests are answered, 0 where the log must be witnessed.", status.may_release),
        ):
            yield GaugeMetricFamily(f"tongxin_{name}", text, value)


def _alerts(connection: Connection) -> Metric:
    query = select(alert.c.severity, func.count().label("alerts")).where(OPEN).group_by(alert.c.severity)
    counts = {row.severity: row.alerts for row in connection.execute(query)}
    family = GaugeMetricFamily("tongxin_alerts_open", "Alerts that nobody has closed.", labels=("severity",))
    for severity in Severity:
        family.add_metric((severity.value,), counts.get(severity.value, 0))
    return family


def _size(tree: object) -> int:
    size: int = getattr(tree, "size", 0)
    return size
