"""The command `log remember`: what to do where the file of what was signed is lost."""

import os
from datetime import UTC, datetime
from typing import BinaryIO

import click

from gateway.cli.session import Start, pass_start
from gateway.log.signing_memory import SIGNING_MEMORY_FILE, SigningMemory
from gateway.persistence.engine import create_database_engine
from gateway.services.log_key import log_signer
from gateway.services.remember_signed import remember_signed
from gateway.settings import KEY_FILE, load_settings
from keys.crypto.errors import NoteError
from keys.crypto.note import MAX_NOTE_BYTES
from keys.custody.key_store import KeyStore


@click.command()
@click.argument("notes", nargs=-1, required=True, type=click.File("rb"))
@pass_start
def remember(start: Start, notes: tuple[BinaryIO, ...]) -> None:
    """用见证单位保存的检查点重建已签署记录。 / Make the file of what was signed anew, from checkpoints witnesses keep."""
    settings = load_settings(start.folder)
    keys = KeyStore(start.folder / KEY_FILE, start.passphrase(), os.urandom)
    log_key = log_signer(keys, settings.log_name, datetime.now(UTC)).verifier_key
    engine = create_database_engine(settings.database)
    memory = SigningMemory(start.folder / SIGNING_MEMORY_FILE)
    try:
        signed = remember_signed(engine, log_key, memory, [note.read(MAX_NOTE_BYTES + 1) for note in notes])
    except NoteError:
        raise click.BadParameter("不是本日志签署的检查点 / not a checkpoint that this log signed") from None
    finally:
        engine.dispose()
    for tree in signed.values():
        click.echo(f"{tree.origin}：{tree.size} 条 / entries")
