"""The ways on the left: in the office's words, each only where the account may go, with what waits there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from flask import request

from gateway.domain.account import Account
from gateway.domain.roles import Permission
from gateway.services.context import Gateway
from gateway.services.erase_disclosures import count_waiting_erasures
from gateway.services.overview import count_waiting_alerts
from hosting.web.frame import NavigationEntry
from hosting.web.language import Text


@dataclass(frozen=True, slots=True)
class Way:
    """One entry; it is shown to who may do any of `permissions`, and leads to the first page that they may see.

    `pages` are the addresses below which the entry is the current one, each with the permission for it, in order.
    """

    text: Text
    pages: tuple[tuple[str, Permission], ...]
    waiting: Callable[[Gateway, Account], int] | None = None

    def address_for(self, account: Account) -> str | None:
        """Return where the entry leads this account, or None if nowhere."""
        return next((address for address, permission in self.pages if account.may(permission)), None)


HOME: Final = "/console/"
WAYS: Final = (
    Way(Text("概览", "Overview"), ((HOME, Permission.SEE_OVERVIEW),)),
    Way(
        Text("检索", "Search"),
        (
            ("/console/search", Permission.READ_ENTRIES),
            ("/console/requests", Permission.READ_ENTRIES),
            ("/console/entries", Permission.READ_ENTRIES),
            ("/console/who-can", Permission.READ_ENTRIES),
        ),
    ),
    Way(Text("协议", "Agreements"), (("/console/agreements", Permission.SEE_AGREEMENTS),)),
    Way(Text("儿童", "Child"), (("/console/child", Permission.ACCOUNT_FOR_CHILD),)),
    Way(Text("完整性", "Integrity"), (("/console/integrity", Permission.SEE_INTEGRITY),)),
    Way(Text("预警", "Alerts"), (("/console/alerts", Permission.SEE_ALERTS),), count_waiting_alerts),
    Way(Text("报告", "Reports"), (("/console/reports", Permission.SEE_REPORTS),)),
    Way(
        Text("管理", "Administration"),
        (
            ("/console/accounts", Permission.MANAGE_ACCOUNTS),
            ("/console/add-account", Permission.MANAGE_ACCOUNTS),
            ("/console/jobs", Permission.SEE_JOBS),
            ("/console/erasures", Permission.APPROVE_ERASURE),
            ("/console/holds", Permission.HOLD),
            ("/console/suspensions", Permission.SEE_SUSPENSIONS),
        ),
        count_waiting_erasures,
    ),
)


def ways_for(gateway: Gateway, account: Account) -> Sequence[NavigationEntry]:
    """Return the entries that the account may use."""
    current = _current()
    return [
        NavigationEntry(way.text, address, way.waiting(gateway, account) if way.waiting else 0, way is current)
        for way in WAYS
        if (address := way.address_for(account)) is not None
    ]


def _current() -> Way | None:
    """Return the entry that this page belongs to, or None."""
    return next((way for way in WAYS if any(_is_below(address) for address, _ in way.pages)), None)


def _is_below(address: str) -> bool:
    return request.path == address or (address != HOME and request.path.startswith(f"{address}/"))
