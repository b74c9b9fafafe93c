"""The searches that an account keeps: a name and a filter, nothing personal."""

from typing import Final
from urllib.parse import urlencode

from gateway.domain.account import Account
from gateway.domain.log_filter import LogFilter
from gateway.persistence.engine import read_transaction, write_transaction
from gateway.persistence.saved_search_queries import (
    SavedSearch,
    count_saved_searches,
    delete_saved_search,
    list_saved_searches,
    replace_saved_search,
)
from gateway.services.context import Gateway
from schemas.faults import Wording

MAX_SAVED_SEARCHES: Final = 50
MAX_NAME_CHARACTERS: Final = 60
_LONG_DIGIT_RUN: Final = 14


class SavedSearchError(ValueError):
    """The search can't be kept under this name; `wording` says why, without the name."""

    def __init__(self, wording: Wording) -> None:
        super().__init__(wording.en)
        self.wording = wording


_BAD_NAME: Final = Wording(
    f"名称须为 1 至 {MAX_NAME_CHARACTERS} 个字，不得含身份号码",
    f"A name has 1 to {MAX_NAME_CHARACTERS} characters and holds no ID number",
)
_TOO_MANY: Final = Wording(
    f"最多保存 {MAX_SAVED_SEARCHES} 个检索，请先删除不用的",
    f"At most {MAX_SAVED_SEARCHES} searches are kept; delete one first",
)


def saved_searches(gateway: Gateway, account: Account) -> list[SavedSearch]:
    """Return the searches that the account keeps, by name."""
    with read_transaction(gateway.engine) as connection:
        return list_saved_searches(connection, account.id)


def save_search(gateway: Gateway, account: Account, name: str, asked: LogFilter) -> None:
    """Keep a filter under a name, in the place of one of the same name.

    Raises:
        SavedSearchError: the name is empty, too long or holds a long number, or there are too many.
    """
    name = " ".join(name.split())
    digits = "".join(character if character.isdigit() else " " for character in name).split()
    if not 1 <= len(name) <= MAX_NAME_CHARACTERS or any(len(run) >= _LONG_DIGIT_RUN for run in digits):
        raise SavedSearchError(_BAD_NAME)
    search = SavedSearch(name, urlencode(asked.parameters()))
    with write_transaction(gateway.engine) as connection:
        kept = delete_saved_search(connection, account.id, name)
        if not kept and count_saved_searches(connection, account.id) >= MAX_SAVED_SEARCHES:
            raise SavedSearchError(_TOO_MANY)
        replace_saved_search(connection, account.id, search, gateway.seconds())


def forget_search(gateway: Gateway, account: Account, name: str) -> bool:
    """Delete a kept search; return whether there was one."""
    with write_transaction(gateway.engine) as connection:
        return delete_saved_search(connection, account.id, name)
