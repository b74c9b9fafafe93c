"""Events of the console: what an account did, with its officer, its agency and nothing else personal in the leaf."""

from gateway.domain.account import Account
from gateway.log.events import Actor, Event, EventType, PersonalField
from gateway.services.context import Gateway

CONSOLE_CLIENT = "console"


def console_event(  # noqa: PLR0913 - the members of an event, all by name
    gateway: Gateway,
    account: Account,
    event_type: EventType,
    *,
    reason: str | None = None,
    fields: tuple[str, ...] = (),
    records: int | None = None,
    content: str | None = None,
    correlation_id: str | None = None,
    ref: str | None = None,
    peer: str | None = None,
    purpose: str | None = None,
    note: str | None = None,
    subject_ref: str | None = None,
    case_ref: str | None = None,
    other_account: str | None = None,
) -> Event:
    """Return the event of something that `account` does at the console.

    The account is the officer, and its agency, or else the gateway, the actor. `note`, `subject_ref`, `case_ref` and
    `other_account` (the account that something is done to) enter the leaf as salted digests only.

    Raises:
        EventMisuseError: something that the type does not declare, or text where a code belongs.
    """
    personal = {
        PersonalField.OFFICER: account.id,
        PersonalField.NOTE: note,
        PersonalField.SUBJECT_REF: subject_ref,
        PersonalField.CASE_REF: case_ref,
        PersonalField.ACCOUNT: other_account,
    }
    return Event(
        type=event_type,
        actor=Actor(org=account.agency or gateway.id, client=CONSOLE_CLIENT),
        peer=peer,
        purpose=purpose,
        reason=reason,
        fields=fields,
        records=records,
        content=content,
        correlation_id=correlation_id,
        ref=ref,
        personal={name: value for name, value in personal.items() if value is not None},
    )
