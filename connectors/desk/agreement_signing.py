"""Signing for the agency: one person prepares, another confirms; never one alone, whichever roles they hold."""

from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import record_in
from connectors.desk.agreement_steps import taking
from connectors.desk.agreement_view import AgreementView, SigningStep
from connectors.state.agreement_drafts import PreparedSignature, add_prepared, list_prepared, remove_prepared
from connectors.state.database import writing


class SigningRefusedError(Exception):
    """Signing is not open to this person, or not now.

    Attributes:
        reason: `nothing_to_sign`, `prepared_already`, `not_prepared`, `own_signature` or `not_the_preparer`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def prepare_signature(console: Console, account: str, view: AgreementView) -> None:
    """Note that this person wants the agency to sign; nothing leaves.

    Raises:
        SigningRefusedError: there is nothing to sign, or somebody prepared it before.
    """
    if view.signing is None:
        raise SigningRefusedError("nothing_to_sign")
    now = console.seconds()
    with writing(console.connector.state) as connection:
        if view.digest in list_prepared(connection):
            raise SigningRefusedError("prepared_already")
        add_prepared(connection, PreparedSignature(view.digest, account, now))
        record_in(connection, now, account, Action.AGREEMENT_SIGNING_PREPARED, view.digest)


def withdraw_signature(console: Console, account: str, view: AgreementView) -> None:
    """Take back what oneself prepared; raises SigningRefusedError."""
    with writing(console.connector.state) as connection:
        prepared = list_prepared(connection).get(view.digest)
        if prepared is None:
            raise SigningRefusedError("not_prepared")
        if prepared.officer != account:
            raise SigningRefusedError("not_the_preparer")
        remove_prepared(connection, view.digest)
        record_in(connection, console.seconds(), account, Action.AGREEMENT_SIGNING_WITHDRAWN, view.digest)


def confirm_signature(console: Console, account: str, view: AgreementView) -> None:
    """Sign for the agency under both persons' references.

    Raises:
        SigningRefusedError: there is nothing to sign, nobody prepared it, or this very person did.
        StepNotTakenError: the gateway refused or is silent; it stays prepared.
    """
    prepared = view.prepared
    if view.signing is None or prepared is None:
        raise SigningRefusedError("not_prepared" if view.signing else "nothing_to_sign")
    if prepared.officer == account:
        raise SigningRefusedError("own_signature")
    signatories = (prepared.officer, account)
    detail = f"with={prepared.officer}"
    if view.signing is SigningStep.COUNTERSIGN:
        with taking(console, account, Action.AGREEMENT_COUNTERSIGNED, view.digest, detail) as office:
            office.countersign(view.digest, signatories)
    else:
        with taking(console, account, Action.AGREEMENT_SIGNED, view.digest, detail) as office:
            office.sign(view.digest, signatories)
    with writing(console.connector.state) as connection:
        remove_prepared(connection, view.digest)
