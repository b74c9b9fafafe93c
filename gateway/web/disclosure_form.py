"""The form that opens personal fields for a stated reason; the values are in the answer itself and nowhere else."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import request

from gateway.domain.roles import Permission
from gateway.domain.stated_reason import StatedReason, StatedReasonError
from gateway.log.event_names import PersonalField
from gateway.log.logged_entry import LoggedEntry
from gateway.services.context import Gateway
from gateway.services.disclose_fields import DisclosedField, closed_fields, disclose_fields
from gateway.web.signed_in import signed_in
from hosting.web.language import Text, choose


@dataclass(frozen=True, slots=True)
class DisclosureForm:
    """What the page shows: which fields may be asked for, what was typed, and what was opened just now."""

    offered: tuple[PersonalField, ...]
    typed: dict[str, str] = field(default_factory=dict, repr=False)
    chosen: tuple[str, ...] = ()
    errors: dict[str, str] = field(default_factory=dict)
    opened: tuple[DisclosedField, ...] | None = field(default=None, repr=False)


def offer(gateway: Gateway, entries: Sequence[LoggedEntry]) -> DisclosureForm:
    """Return the form for entries; it offers nothing to who may open nothing."""
    account = signed_in().account
    if not account.may(Permission.DISCLOSE_PERSONAL):
        return DisclosureForm(())
    return DisclosureForm(closed_fields(gateway, account, entries))


def open_fields(gateway: Gateway, entries: Sequence[LoggedEntry]) -> DisclosureForm:
    """Return the form after it was sent: with what it opened, or with what is wrong with it.

    Raises:
        NotPermittedError: the account may open nothing.
        AuditUnavailableError: the look could not be logged; nothing was opened.
    """
    signed_in().require(Permission.DISCLOSE_PERSONAL)
    offered = offer(gateway, entries).offered
    chosen = tuple(name for name in request.form.getlist("field") if name in offered)
    typed = {name: request.form.get(name, "") for name in ("reason", "reason_text", "case")}
    errors = {} if chosen else {"field": choose(Text("请选择要查阅的信息", "Choose what to open"))}
    try:
        reason = StatedReason.parse(typed["reason"], typed["reason_text"], typed["case"])
    except StatedReasonError as error:
        errors[error.code.field] = choose(error.wording)
        return DisclosureForm(offered, typed, chosen, errors)
    if errors:
        return DisclosureForm(offered, typed, chosen, errors)
    names = {PersonalField(name) for name in chosen}
    return DisclosureForm(offered, opened=disclose_fields(gateway, signed_in().account, entries, names, reason))
