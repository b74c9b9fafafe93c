"""A referral (W6) between two desks: opened, sent, announced to who receives it, and read there."""

from typing import Final

from connectors.cli.session import Session
from connectors.console.account import Account
from connectors.console.context import Console
from connectors.console.roles import Role
from connectors.items.actions import open_item, take_step
from connectors.items.lists import get_item
from connectors.items.papers import Child, ReferralPaper
from connectors.items.reading import ReadOutcome, read_item
from connectors.items.synchronise import synchronise
from connectors.items.words import Service, Situation

NOTE: Final = "祖母住院，灶台三天没有生火"
_OWNER: Final = Account("case-owner-07", "经办人", frozenset({Role.CASE_OWNER}))


def console_of(session: Session) -> Console:
    """Return the console of the desk, on the same wire."""
    return Console(session.connector, session.trust, session.client)


def refer(sender: Session, receiver: Session, child: Child) -> str:
    """Refer a child from one desk to another; returns the item's id once the paper was read there."""
    here, there = console_of(sender), console_of(receiver)
    paper = ReferralPaper(child=child, situations=(Situation.LEFT_BEHIND,), wanted=(Service.HOME_VISIT,), note=NOTE)
    item = open_item(here, _OWNER, "W6", {}, paper)
    take_step(here, _OWNER, item, "send", next_office=receiver.connector.agency, own=paper)
    assert synchronise(there).is_complete
    # The receiver's own process reads by the clock too: what it was quicker to read is not asked for by the feed again.
    assert read_item(there, item) is ReadOutcome.KEPT
    assert [read for _, read in get_item(there, _OWNER, item).papers] == [paper]
    return item
