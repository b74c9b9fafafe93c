"""Create the audit log: leaves, tiles, checkpoints, cosignatures, what can be erased, and append-only triggers.

Revision ID: 0001
"""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_APPEND_ONLY = ("audit_leaf", "audit_tile", "audit_checkpoint", "audit_cosignature")
_ERASABLE = ("audit_disclosure", "audit_subject_index")
_FILTERS = ("actor_org", "peer_org", "purpose", "decision", "reason", "policy", "corr", "ref")
_TABLES = (*_ERASABLE, "audit_cosignature", "audit_checkpoint", "audit_tile", "audit_leaf")

# SQLite: an INSERT that would take the place of a row, leave a gap, or go to a shard after a newer one has begun.
# REPLACE must not get as far as its delete.
_SQLITE_REFUSED_INSERTS = {
    # Asked for every entry, so with one look at the last one.
    "audit_leaf": "coalesce((SELECT NOT (NEW.shard = shard AND NEW.idx = idx + 1 OR NEW.shard > shard AND NEW.idx = 0)"
    " FROM audit_leaf ORDER BY shard DESC, idx DESC LIMIT 1), NEW.idx <> 0)"
    " OR EXISTS (SELECT 1 FROM audit_leaf WHERE event_id = NEW.event_id)",
    "audit_tile": "EXISTS (SELECT 1 FROM audit_tile WHERE shard = NEW.shard AND level = NEW.level AND n = NEW.n)",
    "audit_checkpoint": "NEW.size <= (SELECT max(size) FROM audit_checkpoint WHERE shard = NEW.shard)",
    "audit_cosignature": "EXISTS (SELECT 1 FROM audit_cosignature"
    " WHERE shard = NEW.shard AND size = NEW.size AND witness = NEW.witness)",
    "audit_disclosure": "EXISTS (SELECT 1 FROM audit_disclosure"
    " WHERE shard = NEW.shard AND idx = NEW.idx AND field = NEW.field)",
    "audit_subject_index": "EXISTS (SELECT 1 FROM audit_subject_index"
    " WHERE tag = NEW.tag AND shard = NEW.shard AND idx = NEW.idx)",
}

_POSTGRESQL_FUNCTION = """
CREATE FUNCTION tongxin_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% refuses %', TG_TABLE_NAME, TG_OP USING ERRCODE = 'integrity_constraint_violation';
END
$$
"""


def upgrade() -> None:
    """Create the six tables, then the triggers."""
    _create_leaf()
    _create_tile()
    _create_checkpoint()
    _create_cosignature()
    _create_disclosure()
    _create_subject_index()
    for statement in _trigger_statements(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    """Drop the tables of a log that was never used.

    Raises:
        RuntimeError: the log holds entries; no migration may end it.
    """
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM audit_leaf")):
        raise RuntimeError("the audit log holds entries: a migration does not drop it")
    for table in _TABLES:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION tongxin_append_only()")


def _count() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _shard() -> sa.Column[int]:
    return sa.Column("shard", sa.Integer, nullable=False)


def _create_leaf() -> None:
    op.create_table(
        "audit_leaf",
        _shard(),
        sa.Column("idx", _count(), nullable=False),
        sa.Column("event_id", sa.LargeBinary, nullable=False),
        sa.Column("entry", sa.LargeBinary, nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("time", sa.Text, nullable=False),
        *(sa.Column(name, sa.Text) for name in _FILTERS),
        sa.PrimaryKeyConstraint("shard", "idx", name="pk_audit_leaf"),
        sa.UniqueConstraint("event_id", name="uq_audit_leaf_event_id"),
        sa.CheckConstraint("idx >= 0", name=op.f("ck_audit_leaf_idx")),
        sa.CheckConstraint("length(event_id) = 16", name=op.f("ck_audit_leaf_event_id")),
        sa.CheckConstraint("length(entry) BETWEEN 1 AND 65535", name=op.f("ck_audit_leaf_entry")),
        sa.CheckConstraint("length(leaf_hash) = 32", name=op.f("ck_audit_leaf_leaf_hash")),
        sqlite_strict=True,
    )
    for columns in (["time"], ["actor_org", "shard", "idx"], ["peer_org", "shard", "idx"], ["corr"], ["ref"]):
        labels = "_".join(f"audit_leaf_{name}" for name in columns)
        op.create_index(f"ix_{labels}", "audit_leaf", columns)


def _create_tile() -> None:
    op.create_table(
        "audit_tile",
        _shard(),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("n", _count(), nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("shard", "level", "n", name="pk_audit_tile"),
        sa.CheckConstraint("level >= 0 AND n >= 0", name=op.f("ck_audit_tile_place")),
        sa.CheckConstraint("length(data) = 8192", name=op.f("ck_audit_tile_data")),
        sqlite_strict=True,
    )


def _create_checkpoint() -> None:
    op.create_table(
        "audit_checkpoint",
        _shard(),
        sa.Column("size", _count(), nullable=False),
        sa.Column("root", sa.LargeBinary, nullable=False),
        sa.Column("note", sa.LargeBinary, nullable=False),
        sa.Column("time", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("shard", "size", name="pk_audit_checkpoint"),
        sa.CheckConstraint("size >= 0", name=op.f("ck_audit_checkpoint_size")),
        sa.CheckConstraint("length(root) = 32", name=op.f("ck_audit_checkpoint_root")),
        sqlite_strict=True,
    )


def _create_cosignature() -> None:
    op.create_table(
        "audit_cosignature",
        _shard(),
        sa.Column("size", _count(), nullable=False),
        sa.Column("witness", sa.Text, nullable=False),
        sa.Column("time", sa.Text, nullable=False),
        sa.Column("line", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("shard", "size", "witness", name="pk_audit_cosignature"),
        sa.ForeignKeyConstraint(
            ["shard", "size"],
            ["audit_checkpoint.shard", "audit_checkpoint.size"],
            name="fk_audit_cosignature_shard_audit_checkpoint",
        ),
        sqlite_strict=True,
    )


def _create_disclosure() -> None:
    op.create_table(
        "audit_disclosure",
        _shard(),
        sa.Column("idx", _count(), nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("disclosure", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("shard", "idx", "field", name="pk_audit_disclosure"),
        _leaf_reference("audit_disclosure"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _create_subject_index() -> None:
    op.create_table(
        "audit_subject_index",
        sa.Column("tag", sa.LargeBinary, nullable=False),
        _shard(),
        sa.Column("idx", _count(), nullable=False),
        sa.PrimaryKeyConstraint("tag", "shard", "idx", name="pk_audit_subject_index"),
        _leaf_reference("audit_subject_index"),
        sa.CheckConstraint("length(tag) = 32", name=op.f("ck_audit_subject_index_tag")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _leaf_reference(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["shard", "idx"], ["audit_leaf.shard", "audit_leaf.idx"], name=f"fk_{table}_shard_audit_leaf"
    )


def _trigger_statements(dialect: str) -> Iterator[str]:
    if dialect == "sqlite":
        for table in (*_APPEND_ONLY, *_ERASABLE):
            yield _sqlite_trigger(table, "UPDATE")
            yield _sqlite_trigger(table, "INSERT", f"WHEN {_SQLITE_REFUSED_INSERTS[table]}")
        for table in _APPEND_ONLY:
            yield _sqlite_trigger(table, "DELETE")
        return
    yield _POSTGRESQL_FUNCTION
    for table in _APPEND_ONLY:
        yield _postgresql_trigger(table, "UPDATE OR DELETE OR TRUNCATE")
    for table in _ERASABLE:
        yield _postgresql_trigger(table, "UPDATE OR TRUNCATE")


def _sqlite_trigger(table: str, operation: str, condition: str = "") -> str:
    return (
        f"CREATE TRIGGER {table}_no_{operation.lower()} BEFORE {operation} ON {table} {condition} "
        f"BEGIN SELECT RAISE(ABORT, '{table} refuses {operation}'); END"
    )


def _postgresql_trigger(table: str, operations: str) -> str:
    return (
        f"CREATE TRIGGER {table}_append_only BEFORE {operations} ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION tongxin_append_only()"
    )
