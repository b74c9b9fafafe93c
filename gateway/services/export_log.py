"""Exporting the log as one file that verifies offline; the export is an event of the log that it holds."""

from typing import BinaryIO

from gateway.log.bundle import ExportedBundle, export_bundle
from gateway.log.checkpoints import publish_checkpoint
from gateway.log.events import Actor, Event, EventType
from gateway.log.journal import Draft
from gateway.log.tree_store import TreeStore
from gateway.persistence.engine import read_transaction
from gateway.services.context import Gateway
from gateway.services.log_key import log_signer


def export_log(gateway: Gateway, sink: BinaryIO) -> ExportedBundle:
    """Log the export, sign the tree with it, and write the bundle; no disclosure leaves.

    Raises:
        AuditUnavailableError: the export could not be logged; nothing was written.
        LogDamagedError: rows are missing.
    """
    with read_transaction(gateway.engine) as connection:
        size = TreeStore(connection).size()
    event = Event(type=EventType.AUDIT_EXPORT, actor=Actor(org=gateway.id), records=size + 1)
    gateway.journal.write(lambda _: Draft(None, (event,)))
    origin, now = gateway.settings.log_origin, gateway.now()
    signer = log_signer(gateway.keys, origin, now)
    publish_checkpoint(gateway.engine, origin, signer, now)
    return export_bundle(gateway.engine, sink, signer.verifier_key)
