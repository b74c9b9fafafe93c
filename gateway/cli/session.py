"""What most commands begin with: the folder, the passphrase, and one way to say what went wrong."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import click

import hosting.command_line
from gateway.bootstrap import open_gateway
from gateway.log.bundle import NothingSignedError
from gateway.log.bundle_errors import BundleError
from gateway.log.evidence_format import EvidenceError
from gateway.log.journal import AuditUnavailableError, LogDamagedError
from gateway.log.stored_zip import ArchiveError
from gateway.persistence.engine import DatabaseUrlError, DurabilityError
from gateway.persistence.migrate import NewerSchemaError
from gateway.services.context import Gateway
from gateway.services.enrol_member import EnrolmentError
from gateway.services.witness_policy import WitnessPolicyError
from gateway.settings import SettingsError
from hosting.accounts.account_rules import AccountError
from hosting.backup_manifest import BackupError
from hosting.command_line import StartOptions
from hosting.sign_on.settings import ProviderSettingsError
from keys.custody.errors import CustodyError


@dataclass(frozen=True)
class Start(StartOptions):
    """Where the gateway is, and where its passphrase comes from."""

    @contextmanager
    def gateway(self) -> Iterator[Gateway]:
        """Open the gateway for one command."""
        with open_gateway(self.folder, self.passphrase()) as gateway:
            yield gateway


class FriendlyGroup(hosting.command_line.FriendlyGroup):
    """Knows the gateway's errors."""

    known_errors = (
        SettingsError,
        CustodyError,
        EnrolmentError,
        AccountError,
        AuditUnavailableError,
        LogDamagedError,
        WitnessPolicyError,
        NothingSignedError,
        BundleError,
        EvidenceError,
        ArchiveError,
        DatabaseUrlError,
        DurabilityError,
        NewerSchemaError,
        ProviderSettingsError,
        BackupError,
    )


class LazyGroup(FriendlyGroup, hosting.command_line.LazyGroup):
    """Imports a command's module when it is called for."""


pass_start = click.make_pass_decorator(Start)
