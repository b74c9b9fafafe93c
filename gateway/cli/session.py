"""What most commands begin with: the folder, the passphrase, and one way to say what went wrong."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import click
from alembic.util import CommandError
from rich.console import Console

from gateway.bootstrap import open_gateway
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
    DatabaseUrlError,
    DurabilityError,
    CommandError,
)

P = ParamSpec("P")
R = TypeVar("R")


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


def folder_options(command: Callable[P, R]) -> Callable[P, R]:
    """Add the options that say where the gateway is; without them TONGXIN_FOLDER and the current folder count."""
    folder = click.option(
        "--folder",
        type=click.Path(path_type=Path, file_okay=False),
        envvar="TONGXIN_FOLDER",
        help="网关所在文件夹 / the gateway's folder",
    )
    passphrase = click.option(
        "--passphrase-file",
        type=click.Path(path_type=Path, dir_okay=False),
        envvar="TONGXIN_PASSPHRASE_FILE",
        help="存放口令的文件（仅本人可读）/ file with the passphrase, readable by you alone",
    )
    return folder(passphrase(command))


def with_start(command: Callable[Concatenate[Start, P], R]) -> Callable[..., R]:
    """Give a command the folder options, and pass it the `Start` that they make; they may stand before it too."""

    def run(*args: P.args, **options: P.kwargs) -> R:
        before: Start | None = click.get_current_context().obj
        folder = options.pop("folder", None) or (before.folder if before else Path())
        file = options.pop("passphrase_file", None) or (before.passphrase_file if before else None)
        return command(Start(Path(str(folder)), Path(str(file)) if file else None, Console()), *args, **options)

    run.__doc__ = command.__doc__
    run.__name__ = command.__name__
    run.__dict__.update(command.__dict__)
    return folder_options(run)
