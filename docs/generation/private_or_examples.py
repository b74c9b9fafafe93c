"""One example of every message of the private OR: a board of two rows, and a question about one child."""

from docs.generation.made_up import digest, identifier, packed, token
from schemas.agreement import Agreement
from schemas.message import Message
from schemas.messages.private_or import (
    Board,
    BoardActivate,
    BoardAnswer,
    BoardEvaluate,
    BoardEvaluateAnswer,
    BoardList,
    BoardOpen,
    BoardPart,
    BoardPartAnswer,
    BoardRead,
    BoardShare,
    BoardState,
    BoardTurn,
    PresentedAgreement,
    ShareClaims,
    TurnClaims,
)
from schemas.messages.private_or_question import (
    AskedChild,
    AskedChildren,
    ConcealedAnswers,
    ParentRows,
    Parents,
    ParentsOpen,
    ParentsOpenAnswer,
    ParentsResolve,
)

_BOARD = identifier("board")
_OPENED = 1_772_668_800
_MARKS = packed("marks", 256)
_CHILD = AskedChild(number="990101150601001", names=("xiaoman20150601",))
_CONCEALED = packed("concealed", 576)


def private_or_examples(agreement: Agreement) -> tuple[Message, ...]:
    """Return the examples; `agreement` stands in those that show one."""
    shown = PresentedAgreement(agreement=agreement, signatures=(token("requester"), token("provider")))
    board = Board(
        board=_BOARD,
        epoch=1,
        rules="2020",
        list_size=4_096,
        state=BoardState.MARKING,
        resolver=shown,
        keeper=shown,
        shares=(token("requester's share"), token("keeper's share")),
        turns=(token("resolver's turn"),),
        parts=1,
        opened_at=_OPENED,
    )
    return (*_steps(agreement), shown, board, BoardAnswer(boards=(board,)), *_evaluation(shown), *_questions())


def _steps(agreement: Agreement) -> tuple[Message, ...]:
    return (
        BoardOpen(board=_BOARD, keeper=agreement.digest(), rules="2020", list_size=4_096, share=token("share")),
        BoardShare(board=_BOARD, share=token("keeper's share")),
        BoardPart(board=_BOARD, turn=0, number=0, rows=packed("rows", 38), marks=_MARKS),
        BoardTurn(board=_BOARD, parts=1, statement=token("resolver's turn")),
        BoardActivate(board=_BOARD),
        BoardList(),
        BoardRead(board=_BOARD, number=0),
        BoardPartAnswer(board=_BOARD, turns=1, hashes=packed("hashes", 32), marks=_MARKS),
        ShareClaims(
            agency="civil_affairs.990101",
            board=_BOARD,
            public_key=packed("share", 32),
            mark=packed("mark", 32),
            proof=packed("proof", 64),
        ),
        TurnClaims(
            agency="public_security.990000",
            board=_BOARD,
            turn=0,
            regions=("99",),
            marks=digest("marks"),
            rows=digest("rows"),
            evaluation_key=packed("key", 32),
        ),
    )


def _evaluation(shown: PresentedAgreement) -> tuple[Message, ...]:
    return (
        BoardEvaluate(board=_BOARD, agreement=shown, blinded=packed("blinded", 64)),
        BoardEvaluateAnswer(evaluated=packed("evaluated", 64), proof=packed("batch proof", 64)),
    )


def _questions() -> tuple[Message, ...]:
    return (
        ParentsResolve(board=_BOARD, children=1, sealed=packed("sealed children", 64)),
        _CHILD,
        AskedChildren(children=(_CHILD,)),
        Parents(father=0, mother=1),
        ParentRows(board=_BOARD, parents=(Parents(father=0, mother=1),)),
        ConcealedAnswers(board=_BOARD, concealed=_CONCEALED),
        ParentsOpen(
            board=_BOARD,
            request=digest("parents.resolve"),
            attributes=("parental_status_class",),
            concealed=_CONCEALED,
        ),
        ParentsOpenAnswer(board=_BOARD, half_open=packed("half open", 576)),
    )
