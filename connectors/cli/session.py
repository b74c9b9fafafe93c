"""What most commands begin with: the folder, the passphrase, the registry, and one way to report what went wrong."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from connectors.agreements import SharingOffice
from connectors.context import Connector, open_connector
from connectors.gateway_client import AnswerError, GatewayClient, GatewayUnreachableError
from connectors.requester.ask import RosterChangedError
from connectors.settings import SettingsError
from connectors.sources.errors import SourceError
from connectors.state.database import StateVersionError
from connectors.trust import TrustStore
from keys.custody.errors import CustodyError
from keys.custody.passphrase import obtain_passphrase
from schemas.problem import ProblemError

PASSPHRASE_VARIABLE = "TONGXIN_PASSPHRASE"  # noqa: S105 - the name of a variable

_SENTENCES = (
    SettingsError,
    SourceError,
    CustodyError,
    GatewayUnreachableError,
    AnswerError,
    RosterChangedError,
    StateVersionError,
)


@dataclass(frozen=True)
class Session:
    """One command's connector with its trust store, its client and its sharing office."""

    connector: Connector
    trust: TrustStore
    client: GatewayClient

    @property
    def office(self) -> SharingOffice:
        """The sharing office: what is done with agreements."""
        return SharingOffice(self.connector, self.client, self.trust)

    def close(self) -> None:
        """Close the connections to the gateway and to the connector's database."""
        self.client.close()
        self.connector.state.dispose()


@dataclass(frozen=True)
class Start:
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

    def connector(self) -> Connector:
        """Open the connector in the folder."""
        return open_connector(self.folder, self.passphrase())

    def session(self) -> Session:
        """Open the connector until the command ends and refresh its registry; without a gateway the kept one stays."""
        connector = self.connector()
        trust = TrustStore(connector.state, connector.gateway)
        session = Session(connector, trust, GatewayClient(connector, trust))
        click.get_current_context().call_on_close(session.close)
        try:
            session.client.refresh_registry()
        except GatewayUnreachableError:
            trust.registry(connector.now())
        return session


class FriendlyGroup(click.Group):
    """Shows what went wrong as a sentence with the next step, in both languages; never a stack trace."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; a known error becomes its sentence and exit code 1."""
        try:
            return super().invoke(ctx)
        except ProblemError as error:
            clause = f" [{error.clause}]" if error.clause else ""
            sentence = f"{error.diagnostics('zh')}\n{error.diagnostics('en')}\n({error.code.value}{clause})"
            raise click.ClickException(sentence) from None
        except _SENTENCES as error:
            raise click.ClickException(str(error)) from None


pass_start = click.make_pass_decorator(Start)
