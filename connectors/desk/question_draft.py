"""One question as the console keeps it, from its first page to the day on which its results are destroyed."""

from dataclasses import dataclass
from enum import StrEnum

from connectors.desk.draft_states import DraftStanding, DraftState
from connectors.requester.open_question import Step


class DeclineReason(StrEnum):
    """Why an approver did not approve."""

    NOT_NECESSARY = "not_necessary"
    WRONG_PURPOSE = "wrong_purpose"
    WRONG_CHILDREN = "wrong_children"
    CASE_MISSING = "case_missing"
    TALK_TO_ME = "talk_to_me"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One question as it is kept; times in POSIX seconds.

    Attributes:
        id: also that of the question, once it is asked.
        state: where it stands.
        author: account of the officer whose question it is.
        approver: account of who approved it.
        needs_approval: whether a second person must approve it.
        agreement: digest of the agreement.
        attributes: what is asked, of what the agreement allows.
        ledger: which ledger lists the children.
        region: whose children they are.
        case: the case number.
        roster_version: the ledger's content when its rows were counted; it is asked about in no other. Of a table of
            counts, which has no ledger, the quarter.
        children: rows that can be asked about.
        hashes: linkage keys of these rows in all: so many blinded hashes leave at most.
        outside_rows: the first rows whose county the agreement does not cover; with such rows nothing is asked.
        prepared_at: when it was begun.
        changed_at: when it came into its state.
        asked_at: when it was first asked.
        undecided: possible matches that wait for a decision, or for the answer after one.
        step: what is being done with its rows.
        done: rows that are done with the step.
        total: rows in all.
        step_at: when `done` was noted last.
        failure: stable word for why asking broke off.
        clause: the agreement's clause that refused.
        decline_reason: why it was not approved.
    """

    id: str
    state: DraftState
    author: str
    approver: str | None
    needs_approval: bool
    agreement: str
    attributes: tuple[str, ...]
    ledger: str | None
    region: str | None
    case: str | None
    roster_version: str | None
    children: int | None
    hashes: int | None
    outside_rows: tuple[int, ...]
    prepared_at: int
    changed_at: int
    asked_at: int | None
    undecided: int
    step: Step | None
    done: int
    total: int
    step_at: int | None
    failure: str | None
    clause: str | None
    decline_reason: DeclineReason | None

    @property
    def is_table(self) -> bool:
        """Whether a table of counts is asked for, and nothing about a child."""
        return self.ledger is None and self.roster_version is not None

    @property
    def is_counted(self) -> bool:
        """Whether its rows were counted, so that it can be said what leaves."""
        return self.hashes is not None

    @property
    def standing(self) -> DraftStanding:
        """What decides about deeds."""
        is_settled = (self.ledger is not None or self.is_table) and self.region is not None
        is_complete = is_settled and bool(self.children) and not self.outside_rows
        return DraftStanding(self.state, self.author, self.needs_approval, is_complete, self.approver)
