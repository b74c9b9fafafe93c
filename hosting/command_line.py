"""The frame of both command lines: options before commands, commands loaded when called, sentences for errors."""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar, TypeVar

import click
from rich.console import Console

from hosting.loading import sentence_of, spared_the_collector
from keys.custody.errors import CustodyError
from keys.custody.passphrase import obtain_passphrase
from schemas.catalogue_files import CatalogueError
from schemas.problem import ProblemError

PASSPHRASE_VARIABLE = "TONGXIN_PASSPHRASE"  # noqa: S105 - the name of a variable
CONTEXT_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class StartOptions:
    """The options that stand before every command."""

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


class FriendlyGroup(click.Group):
    """Shows what went wrong as a sentence with the next step, in both languages; never a stack trace.

    `known_errors` are those whose text is such a sentence.
    """

    known_errors: ClassVar[tuple[type[Exception], ...]] = (CustodyError,)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; a known error becomes its sentence and exit code 1."""
        try:
            return super().invoke(ctx)
        except ProblemError as error:
            clause = f" [{error.clause}]" if error.clause else ""
            sentence = f"{error.diagnostics('zh')}\n{error.diagnostics('en')}\n({error.code.value}{clause})"
            raise click.ClickException(sentence) from None
        except CatalogueError as error:
            raise click.ClickException(sentence_of(error)) from None
        except self.known_errors as error:
            raise click.ClickException(str(error)) from None


class LazyGroup(FriendlyGroup):
    """Imports a command's module when it is called for: whoever asks for one need not wait for what the others use.

    `places` gives for each command where it stands: `package.module:name`.
    """

    def __init__(self, *args: Any, places: Mapping[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self._places = places

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Return the commands' names as they are declared."""
        return [*self.commands, *self._places]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command, or None where there is none of this name."""
        place = self._places.get(cmd_name)
        if place is None:
            return super().get_command(ctx, cmd_name)
        name_of_module, _, name = place.partition(":")
        command: click.Command = getattr(_loaded(name_of_module), name)
        return command


def _loaded(name: str) -> ModuleType:
    known = sys.modules.get(name)
    if known is not None:
        return known
    with spared_the_collector():
        return import_module(name)


def start_options(folder_help: str) -> Callable[[F], F]:
    """Return the decorator that gives a program its folder and passphrase options."""

    def decorate(command: F) -> F:
        for option in (
            click.option(
                "--passphrase-file",
                type=click.Path(path_type=Path, dir_okay=False),
                envvar="TONGXIN_PASSPHRASE_FILE",
                help="存放口令的文件（仅本人可读）/ file with the passphrase, readable by you alone",
            ),
            click.option(
                "--folder",
                type=click.Path(path_type=Path, file_okay=False),
                default=Path(),
                envvar="TONGXIN_FOLDER",
                help=folder_help,
            ),
        ):
            command = option(command)
        return command

    return decorate
