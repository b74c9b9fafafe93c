"""What most commands begin with: the folder, the passphrase, the registry, and one way to report what went wrong."""

from dataclasses import dataclass

import click

import hosting.command_line
from connectors.agreements import SharingOffice
from connectors.bulk.errors import BulkError
from connectors.context import Connector, open_connector
from connectors.gateway_client import AnswerError, GatewayClient, GatewayUnreachableError
from connectors.publisher.publishing_alone import PublishingElsewhereError
from connectors.requester.ask import RosterChangedError
from connectors.settings import SettingsError
from connectors.sources.errors import SourceError
from connectors.state.database import StateVersionError
from connectors.trust import TrustStore
from hosting.accounts.account_rules import AccountError
from hosting.backup_manifest import BackupError
from hosting.command_line import StartOptions
from hosting.sign_on.settings import ProviderSettingsError
from keys.custody.errors import CustodyError


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
class Start(StartOptions):
    """Where the connector is, and where its passphrase comes from."""

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


class FriendlyGroup(hosting.command_line.FriendlyGroup):
    """Knows the connector's errors."""

    known_errors = (
        SettingsError,
        AccountError,
        SourceError,
        CustodyError,
        GatewayUnreachableError,
        AnswerError,
        RosterChangedError,
        PublishingElsewhereError,
        StateVersionError,
        ProviderSettingsError,
        BackupError,
        BulkError,
    )


class LazyGroup(FriendlyGroup, hosting.command_line.LazyGroup):
    """Imports a command's module when it is called for."""


pass_start = click.make_pass_decorator(Start)
