"""What most commands begin with: the folder, the passphrase, and one way to say what went wrong."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from alembic.util import CommandError
from rich.console import Console

from gateway.bootstrap import open_gateway
from gateway.log.bundle import NothingSignedError
from gateway.log.bundle_errors import BundleError
from gateway.log.journal import AuditUnavailableError, LogDamagedError
from gateway.persistence.engine import DatabaseUrlError, DurabilityError
from gateway.services.context import Gateway
from gateway.services.enrol_member import EnrolmentError
from gateway.settings import SettingsError
from keys.custody.errors import CustodyError
from keys.custody.passphrase import obtain_passphrase
from schemas.problem import ProblemError

PASSPHRASE_VARIABLE = "TONGXIN_PASSPHRASE"  # noqa: S105 - the name of a variable

_SENTENCES = (
    SettingsError,
    CustodyError,
    EnrolmentError,
    AuditUnavailableError,
    LogDamagedError,
    NothingSignedError,
    BundleError,
    DatabaseUrlError,
    DurabilityError,
    CommandError,
)


@dataclass(frozen=True)
class Start:
    """Where the gateway is, and where its passphrase comes from."""

    folder: Path
    passphrase_file: Path | None
    console: Console

    def passphrase(self, *, confirm: bool = False) -> str:
        """Return the passphrase from file, environment or prompt; raises CustodyError."""

        def prompt() -> str:
            text = "口令 / passphrase"
            return str(click.prompt(text, hide_input=True, confirmation_prompt=confirm, err=True))

        can_ask = sys.stdin.isatty()
        return obtain_passphrase(self.passphrase_file, os.environ, PASSPHRASE_VARIABLE, prompt if can_ask else None)

    @contextmanager
    def gateway(self) -> Iterator[Gateway]:
        """Open the gateway for one command."""
        with open_gateway(self.folder, self.passphrase()) as gateway:
            yield gateway


class FriendlyGroup(click.Group):
    """Shows what went wrong as a sentence in both languages; never a stack trace."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; a known error becomes its sentence and exit code 1."""
        try:
            return super().invoke(ctx)
        except ProblemError as error:
            sentence = f"{error.diagnostics('zh')}\n{error.diagnostics('en')}\n({error.code.value})"
            raise click.ClickException(sentence) from None
        except _SENTENCES as error:
            raise click.ClickException(str(error)) from None


pass_start = click.make_pass_decorator(Start)
