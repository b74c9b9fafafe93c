"""Create the tables of alerts and reports.

Revision ID: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_TABLES = ("job_run", "report", "officer_hour", "alert_place", "alert_entry", "alert_agency", "alert")
_COUNTED = ("type", "time", "actor_org", "peer_org", "purpose", "decision", "reason")


def upgrade() -> None:
    """Create the tables, and the indexes by which entries are counted and read on."""
    _create_alerts()
    _create_counters()
    _create_reports()
    _create_jobs()
    op.create_index("ix_audit_leaf_overview", "audit_leaf", list(_COUNTED))
    op.create_index("ix_audit_leaf_type_shard_idx", "audit_leaf", ["type", "shard", "idx"])


def downgrade() -> None:
    """Drop the tables and the indexes."""
    op.drop_index("ix_audit_leaf_type_shard_idx", "audit_leaf")
    op.drop_index("ix_audit_leaf_overview", "audit_leaf")
    for table in _TABLES:
        op.drop_table(table)


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _texts(*names: str, nullable: bool = False) -> tuple[sa.Column[str], ...]:
    return tuple(sa.Column(name, sa.Text, nullable=nullable) for name in names)


def _place() -> tuple[sa.Column[int], ...]:
    return sa.Column("shard", sa.Integer, nullable=False), sa.Column("idx", _number(), nullable=False)


def _create_alerts() -> None:
    op.create_table(
        "alert",
        *_texts("id", "rule", "severity"),
        sa.Column("cause", sa.LargeBinary, nullable=False),
        *_texts("raised_at", "first_at", "last_at"),
        sa.Column("counted", _number(), nullable=False),
        *_texts("finding", "closed_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_alert"),
        sa.CheckConstraint("length(cause) = 32", name=op.f("ck_alert_cause")),
        sqlite_strict=True,
    )
    op.create_index("ix_alert_rule_alert_cause", "alert", ["rule", "cause"])
    op.create_index("ix_alert_closed_at", "alert", ["closed_at"])
    op.create_table(
        "alert_agency",
        *_texts("alert", "agency"),
        sa.PrimaryKeyConstraint("alert", "agency", name="pk_alert_agency"),
        sa.ForeignKeyConstraint(["alert"], ["alert.id"], name="fk_alert_agency_alert_alert"),
        sqlite_strict=True,
    )
    op.create_table(
        "alert_entry",
        *_texts("alert"),
        *_place(),
        sa.PrimaryKeyConstraint("alert", "shard", "idx", name="pk_alert_entry"),
        sa.ForeignKeyConstraint(["alert"], ["alert.id"], name="fk_alert_entry_alert_alert"),
        sqlite_strict=True,
    )


def _create_counters() -> None:
    op.create_table(
        "alert_place",
        *_texts("rule"),
        *_place(),
        sa.PrimaryKeyConstraint("rule", name="pk_alert_place"),
        sqlite_strict=True,
    )
    op.create_table(
        "officer_hour",
        *_texts("agency", "day"),
        sa.Column("officer", sa.LargeBinary, nullable=False),
        sa.Column("hour", sa.Integer, nullable=False),
        sa.Column("requests", _number(), nullable=False),
        sa.PrimaryKeyConstraint("agency", "day", "officer", "hour", name="pk_officer_hour"),
        sa.CheckConstraint("length(officer) = 32", name=op.f("ck_officer_hour_officer")),
        sa.CheckConstraint("hour BETWEEN 0 AND 23", name=op.f("ck_officer_hour_hour")),
        sqlite_strict=True,
    )


def _create_reports() -> None:
    op.create_table(
        "report",
        *_texts("id", "kind", "from_on", "to_on"),
        *_texts("agency", "account", "agency_of_account", nullable=True),
        *_texts("asked_at", "state"),
        *_texts("made_at", "file", nullable=True),
        sa.Column("bytes", _number()),
        *_texts("digest", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_report"),
        sqlite_strict=True,
    )
    op.create_index("ix_report_state", "report", ["state"])


def _create_jobs() -> None:
    op.create_table(
        "job_run",
        *_texts("name"),
        *_texts("holder", nullable=True),
        sa.Column("held_until", _number()),
        *_texts("started_at", "ended_at", nullable=True),
        sa.Column("milliseconds", _number()),
        *_texts("error", "next_at", nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_job_run"),
        sqlite_strict=True,
    )
