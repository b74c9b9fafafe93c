"""A connector's state as figures: its registry, alerts, what it witnessed, its jobs. Counts and times alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from connectors.context import Connector
from connectors.state.database import reading
from connectors.state.job_runs import ConnectorJobs
from connectors.state.tables import alert
from connectors.state.witness_tables import cosigned_checkpoint
from connectors.trust import TrustStore
from hosting.metrics.job_figures import job_figures
from schemas.problem import ProblemError

READABLE: Final = "tongxin_state_readable"


@dataclass(frozen=True, eq=False)
class ConnectorFigures(Collector):
    """Reads the figures anew whenever it is asked."""

    connector: Connector
    trust: TrustStore

    def collect(self) -> Iterator[Metric]:
        """Return the figures, or only that they can't be read."""
        connector = self.connector
        try:
            found = [*self._counts(), *job_figures(ConnectorJobs(connector.state, connector.now).runs())]
        except SQLAlchemyError:
            found = []
        yield GaugeMetricFamily(READABLE, "1 where the database could be read for this page, else 0.", bool(found))
        yield from found

    def _counts(self) -> Iterator[Metric]:
        with reading(self.connector.state) as connection:
            alerts = connection.scalar(select(func.count()).select_from(alert)) or 0
            cosigned_at = connection.scalar(select(func.max(cosigned_checkpoint.c.cosigned_at))) or 0
        for name, text, value in (
            ("alerts_raised", "Alerts that this connector has raised so far.", alerts),
            ("log_cosigned_timestamp_seconds", "When this connector last cosigned the gateway's log.", cosigned_at),
            ("registry_expires_timestamp_seconds", "End of the registry; 0 where none is in force.", self._expires()),
        ):
            yield GaugeMetricFamily(f"tongxin_{name}", text, value)

    def _expires(self) -> int:
        try:
            return self.trust.registry(self.connector.now()).registry.expires_at
        except ProblemError:
            return 0
