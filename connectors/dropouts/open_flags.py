"""Open the item of a flagged pupil and take the steps that the ledger proves; what could not be done is done later."""

from dataclasses import dataclass

from connectors.console.account import Account
from connectors.console.account_book import AgencyAccounts
from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import record_in
from connectors.dropouts.absence_ledger import flag_store_of
from connectors.dropouts.entry import MAX_ENTRY_BYTES, AbsenceEntry
from connectors.dropouts.flag_steps import EDUCATION_SEAT, TOWNSHIP_SEAT, WORKFLOW, flag_number_of, paper_of, steps_of
from connectors.items.actions import open_item, take_step
from connectors.items.errors import ItemNotFoundError, StepFault, StepRefusedError
from connectors.items.lists import get_item, list_items
from connectors.items.papers import DropoutPaper
from connectors.items.views import ItemScope
from connectors.state.database import writing
from connectors.state.dropout_flags import Flag, FlagState, FlagStore
from hosting.accounts.accounts import get_account


@dataclass(frozen=True, slots=True)
class Flagging:
    """Works on the flags of one console."""

    console: Console
    store: FlagStore

    def work_on(self, flag: Flag) -> None:
        """Bring one flag as far as it comes now; a step that waits to be sent is gone on from another time."""
        account = get_account(AgencyAccounts(self.console.connector), flag.account).account
        entry = AbsenceEntry.from_bytes(flag.entry, MAX_ENTRY_BYTES)
        item = flag.item
        try:
            is_new = item is None
            item = item or self._open(flag, account, entry)
            self._take_steps(account, item, entry, is_new=is_new)
        except ItemNotFoundError:
            self.store.note(flag.id, FlagState.REFUSED, item_id=item, failure=StepFault.ITEM_GONE.value)
        except StepRefusedError as error:
            is_waiting = error.code is StepFault.STILL_TO_BE_SENT
            state = FlagState.WAITING if is_waiting else FlagState.REFUSED
            self.store.note(flag.id, state, item_id=item, failure=None if is_waiting else error.code.value)
        else:
            self.store.note(flag.id, FlagState.DONE, item_id=item)

    def _open(self, flag: Flag, account: Account, entry: AbsenceEntry) -> str:
        number = flag_number_of(flag.id)
        if flag.state is FlagState.OPENING and (known := self._find_opened(account, number)) is not None:
            return known
        self.store.note(flag.id, FlagState.OPENING, item_id=None)
        seats = {EDUCATION_SEAT: self.console.connector.agency, TOWNSHIP_SEAT: flag.township}
        item = open_item(self.console, account, WORKFLOW, seats, paper_of(entry, number), {}, school=flag.school)
        self.store.note(flag.id, FlagState.WAITING, item_id=item)
        with writing(self.console.connector.state) as connection:
            record_in(
                connection, self.console.seconds(), account.id, Action.DROPOUT_FLAGGED, item, f"ledger={flag.ledger}"
            )
        return item

    def _find_opened(self, account: Account, number: str) -> str | None:
        """Return the item that was opened just before a crash, known by the number in its paper."""
        for row in list_items(self.console, account, scope=ItemScope.ALL):
            if row.workflow.id != WORKFLOW:
                continue
            papers = get_item(self.console, account, row.item).papers
            if any(isinstance(paper, DropoutPaper) and paper.note == number for _, paper in papers):
                return row.item
        return None

    def _take_steps(self, account: Account, item: str, entry: AbsenceEntry, *, is_new: bool) -> None:
        done = frozenset() if is_new else self._done(account, item)
        for step in steps_of(entry):
            if step.transition not in done:
                take_step(self.console, account, item, step.transition, reason=step.reason, proof=step.proof)

    def _done(self, account: Account, item: str) -> frozenset[str]:
        lines = get_item(self.console, account, item).lines
        return frozenset(line.transition for line in lines if line.transition is not None)


def flagging_of(console: Console) -> Flagging:
    """Return what works on a console's flags."""
    return Flagging(console, flag_store_of(console.connector))
