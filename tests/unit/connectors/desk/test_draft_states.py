"""A question's life: whatever people do in whatever order, none is asked unapproved or approved by its author."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from connectors.desk.draft_states import MOVES, Deed, DeedRefusedError, DraftStanding, DraftState, do

PEOPLE = ("officer", "other", "head", None)
ASKED = {DraftState.ASKING, DraftState.PAUSED, DraftState.ANSWERED, DraftState.FAILED}


class QuestionLife(RuleBasedStateMachine):
    """Anybody tries any deed at any time; the content is settled or unsettled only while it is a draft."""

    def __init__(self) -> None:
        super().__init__()
        self.standing = DraftStanding(DraftState.DRAFT, "officer", needs_approval=True, is_complete=False)
        self.approved_by: str | None = None

    @rule(needs_approval=st.booleans(), is_complete=st.booleans())
    def prepare(self, needs_approval: bool, is_complete: bool) -> None:
        """The officer chooses another agreement or roster."""
        if self.standing.state is DraftState.DRAFT:
            self.standing = DraftStanding(DraftState.DRAFT, "officer", needs_approval, is_complete)
            self.approved_by = None

    @rule(data=st.data(), actor=st.sampled_from(PEOPLE))
    def act_as_the_state_allows(self, data: st.DataObject, actor: str | None) -> None:
        """A deed that leads somewhere from here, so that long lives are common."""
        open_deeds = [deed for deed, move in MOVES.items() if self.standing.state in move.leads]
        if open_deeds:
            self.act(data.draw(st.sampled_from(open_deeds)), actor)

    @rule(deed=st.sampled_from(Deed), actor=st.sampled_from(PEOPLE))
    def act_at_random(self, deed: Deed, actor: str | None) -> None:
        """Any deed at all."""
        self.act(deed, actor)

    def act(self, deed: Deed, actor: str | None) -> None:
        before = self.standing
        try:
            self.standing = do(before, deed, actor)
        except DeedRefusedError:
            assert self.standing == before
            return
        if deed is Deed.APPROVE:
            assert actor not in {None, before.author}
            self.approved_by = actor
        if deed is Deed.WITHDRAW:
            self.approved_by = None
        if deed is Deed.ASK:
            assert actor == before.author
            assert before.is_complete

    @invariant()
    def nothing_is_asked_unapproved(self) -> None:
        if self.standing.state in ASKED and self.standing.needs_approval:
            assert self.approved_by is not None
            assert self.standing.approver == self.approved_by

    @invariant()
    def nobody_approves_their_own(self) -> None:
        assert self.standing.approver != self.standing.author

    @invariant()
    def a_draft_is_not_approved(self) -> None:
        if self.standing.state is DraftState.DRAFT:
            assert self.standing.approver is None


TestQuestionLife = QuestionLife.TestCase


def test_each_deed_has_its_move_and_no_state_is_left_after_destruction() -> None:
    assert set(MOVES) == set(Deed)
    assert not any(DraftState.DESTROYED in move.leads or DraftState.REFUSED in move.leads for move in MOVES.values())


@pytest.mark.parametrize(
    ("deed", "actor", "state", "reason"),
    [
        (Deed.APPROVE, "officer", DraftState.AWAITING_APPROVAL, "own_question"),
        (Deed.APPROVE, None, DraftState.AWAITING_APPROVAL, "nobody_acts"),
        (Deed.ASK, "officer", DraftState.DRAFT, "not_approved"),
        (Deed.ASK, "other", DraftState.APPROVED, "not_the_author"),
        (Deed.ASK, "officer", DraftState.AWAITING_APPROVAL, "not_in_this_state"),
        (Deed.FINISH, "officer", DraftState.ASKING, "not_a_persons_deed"),
    ],
)
def test_a_refusal_says_why(deed: Deed, actor: str | None, state: DraftState, reason: str) -> None:
    standing = DraftStanding(state, "officer", needs_approval=True, is_complete=True)
    with pytest.raises(DeedRefusedError) as refused:
        do(standing, deed, actor)
    assert refused.value.reason == reason


def test_a_question_that_needs_no_approval_is_asked_at_once_but_not_submitted() -> None:
    standing = DraftStanding(DraftState.DRAFT, "officer", needs_approval=False, is_complete=True)
    assert do(standing, Deed.ASK, "officer").state is DraftState.ASKING
    with pytest.raises(DeedRefusedError):
        do(standing, Deed.SUBMIT, "officer")


def test_what_broke_off_goes_on_with_its_approval() -> None:
    standing = DraftStanding(DraftState.FAILED, "officer", needs_approval=True, is_complete=True, approver="head")
    assert do(standing, Deed.ASK, "officer").approver == "head"


def test_what_is_taken_back_has_to_be_approved_anew() -> None:
    standing = DraftStanding(DraftState.APPROVED, "officer", needs_approval=True, is_complete=True, approver="head")
    taken_back = do(standing, Deed.WITHDRAW, "officer")
    assert (taken_back.state, taken_back.approver) == (DraftState.DRAFT, None)


@pytest.mark.parametrize("deed", [Deed.SUBMIT, Deed.APPROVE, Deed.ASK])
def test_what_is_not_complete_goes_nowhere(deed: Deed) -> None:
    state = next(iter(MOVES[deed].leads))
    standing = DraftStanding(state, "officer", needs_approval=True, is_complete=False)
    with pytest.raises(DeedRefusedError, match="incomplete"):
        do(standing, deed, "head" if deed is Deed.APPROVE else "officer")
