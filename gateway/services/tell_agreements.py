"""The agreements that an account may read of: all of them, or those of the agency that it audits for."""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.domain.account import Account
from gateway.domain.roles import Role
from gateway.persistence.agreement_queries import StoredAgreement, find_agreement, list_agreements, list_versions
from gateway.persistence.agreement_step_queries import list_steps
from gateway.persistence.engine import read_transaction
from gateway.services.context import Gateway
from schemas.agreement_steps import AgreementHistoryStep

_ALL = frozenset({Role.OVERSIGHT_AUDITOR, Role.PRIVACY_OFFICER})


@dataclass(frozen=True, slots=True)
class ToldAgreement:
    """An agreement with its whole story and all of its versions, the newest first."""

    stored: StoredAgreement
    story: tuple[AgreementHistoryStep, ...]
    versions: tuple[StoredAgreement, ...]

    @property
    def before(self) -> StoredAgreement | None:
        """The version that this one follows, or None."""
        replaced = self.stored.standing.agreement.replaces
        return next((one for one in self.versions if one.standing.digest == replaced), None)


def list_readable(gateway: Gateway, account: Account) -> Sequence[StoredAgreement]:
    """Return the agreements that the account may read, those that begin last first."""
    if not _sees_all(account) and account.agency is None:
        return ()
    with read_transaction(gateway.engine) as connection:
        found = list_agreements(connection, None if _sees_all(account) else account.agency)
    return sorted(found, key=lambda one: (-one.standing.agreement.valid_from, one.standing.digest))


def find_readable(gateway: Gateway, account: Account, digest: str) -> ToldAgreement | None:
    """Return one of them, or None."""
    with read_transaction(gateway.engine) as connection:
        stored = find_agreement(connection, digest)
        if stored is None or not _may_read(account, stored):
            return None
        versions = list_versions(connection, stored.first_version)
        return ToldAgreement(stored, list_steps(connection, digest), tuple(reversed(versions)))


def _sees_all(account: Account) -> bool:
    return not _ALL.isdisjoint(account.roles)


def _may_read(account: Account, stored: StoredAgreement) -> bool:
    is_party = account.agency is not None and stored.standing.agreement.signer_of(account.agency) is not None
    return _sees_all(account) or is_party
