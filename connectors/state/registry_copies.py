"""The gateway's registry as this connector keeps it."""

from sqlalchemy import Select, select

from connectors.state.tables import registry_copy


def newest_registry() -> Select[tuple[str]]:
    """Return the statement for the text of the newest registry that was kept."""
    return select(registry_copy.c.token).order_by(registry_copy.c.version.desc()).limit(1)
