"""The table of jobs: who holds one now, and how its last run went."""

from sqlalchemy import BigInteger, Column, Integer, PrimaryKeyConstraint, Table, Text

from gateway.persistence.metadata import metadata

_Seconds = BigInteger().with_variant(Integer(), "sqlite")

job_run = Table(
    "job_run",
    metadata,
    Column("name", Text, nullable=False),
    Column("holder", Text),  # the process that runs it, until when at most
    Column("held_until", _Seconds),
    Column("started_at", Text),
    Column("ended_at", Text),
    Column("milliseconds", _Seconds),
    Column("error", Text),  # the type of the exception; nothing where the run went well
    Column("next_at", Text),
    PrimaryKeyConstraint("name"),
    sqlite_strict=True,
)
