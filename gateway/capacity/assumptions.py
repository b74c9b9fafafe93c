"""What the computation takes for granted; none of it is measured but where it says so."""

from typing import Final

UTILISATION: Final = 0.6
"""Share of a processor that is planned to be busy at the peak: above it requests begin to wait for one another."""

PEAK_FACTOR: Final = 2
"""The busiest minutes by the mean of the busy hours."""

WORKING_DAYS_A_YEAR: Final = 250

DISK_FILL: Final = 0.7
"""Share of a machine's disk that a database may fill."""

ACTIVATION_SHARE: Final = 0.5
"""Share of a machine's memory that the activation of one index may take."""

SECONDS_BETWEEN_CHECKPOINTS: Final = 1
"""The gateway signs a log that grows each second (`gateway.jobs.schedule`; a test compares)."""

SECONDS_BETWEEN_COSIGNATURES: Final = 2
"""And asks each witness every other second (the same)."""

MEASURED_RECORDS: Final = 600_000
"""The largest index that was published into one SQLite file and matched against (docs/explanation/performance.md)."""

SPARK_RECORDS: Final = 2_000_000
"""More rows than this, which is what one file may have, are linked by `bulk`, on Spark (`connectors.sources`)."""
