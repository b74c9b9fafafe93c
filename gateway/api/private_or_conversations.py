"""The signed messages of the private OR that the gateway takes; part of the table in `conversations`."""

from typing import Any, Final

from gateway.api.conversation import Conversation
from gateway.services.private_or_boards import activate_board, list_own_boards, open_board, share_board
from gateway.services.private_or_evaluation import relay_board_evaluation
from gateway.services.private_or_questions import conceal_answers, open_answers
from gateway.services.private_or_turns import end_turn, read_board_part, receive_board_part
from schemas.envelope import MessageType
from schemas.messages.private_or import (
    MAX_BOARD_EVALUATE_BYTES,
    MAX_BOARD_MESSAGE_BYTES,
    MAX_BOARD_PART_BYTES,
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
    BoardTurn,
)
from schemas.messages.private_or_question import (
    MAX_CONCEALED_BYTES,
    MAX_RESOLVE_BYTES,
    ConcealedAnswers,
    ParentsOpen,
    ParentsOpenAnswer,
    ParentsResolve,
)

BOARD_CONVERSATIONS: Final[tuple[Conversation[Any], ...]] = (
    Conversation(
        "/v1/boards/open",
        MessageType.BOARD_OPEN,
        BoardOpen,
        BoardAnswer,
        MAX_BOARD_MESSAGE_BYTES,
        open_board,
        "Open a board of the private OR, with one share of its key",
    ),
    Conversation(
        "/v1/boards/share",
        MessageType.BOARD_SHARE,
        BoardShare,
        BoardAnswer,
        MAX_BOARD_MESSAGE_BYTES,
        share_board,
        "State the keeper's share of a board's key",
    ),
    Conversation(
        "/v1/boards/parts",
        MessageType.BOARD_PART,
        BoardPart,
        BoardAnswer,
        MAX_BOARD_PART_BYTES,
        receive_board_part,
        "Send a part of a turn: rows and their encrypted marks",
    ),
    Conversation(
        "/v1/boards/turn",
        MessageType.BOARD_TURN,
        BoardTurn,
        BoardAnswer,
        MAX_BOARD_MESSAGE_BYTES,
        end_turn,
        "End a turn whose parts were all sent",
    ),
    Conversation(
        "/v1/boards/activate",
        MessageType.BOARD_ACTIVATE,
        BoardActivate,
        BoardAnswer,
        MAX_BOARD_MESSAGE_BYTES,
        activate_board,
        "Let questions be answered from a board; the one before is destroyed",
    ),
    Conversation(
        "/v1/boards/list",
        MessageType.BOARD_LIST,
        BoardList,
        BoardAnswer,
        MAX_BOARD_MESSAGE_BYTES,
        list_own_boards,
        "List the boards that concern the asking agency",
    ),
    Conversation(
        "/v1/boards/read",
        MessageType.BOARD_READ,
        BoardRead,
        BoardPartAnswer,
        MAX_BOARD_MESSAGE_BYTES,
        read_board_part,
        "Read a part of a board as the last turn left it",
    ),
    Conversation(
        "/v1/boards/evaluate",
        MessageType.BOARD_EVALUATE,
        BoardEvaluate,
        BoardEvaluateAnswer,
        MAX_BOARD_EVALUATE_BYTES,
        relay_board_evaluation,
        "Have an office's blinded persons evaluated by the resolver",
    ),
)

PARENT_CONVERSATIONS: Final[tuple[Conversation[Any], ...]] = (
    Conversation(
        "/v1/parents/resolve",
        MessageType.PARENTS_RESOLVE,
        ParentsResolve,
        ConcealedAnswers,
        MAX_RESOLVE_BYTES,
        conceal_answers,
        "Ask about children: the concealed answers about their parents",
    ),
    Conversation(
        "/v1/parents/open",
        MessageType.PARENTS_OPEN,
        ParentsOpen,
        ParentsOpenAnswer,
        MAX_CONCEALED_BYTES,
        open_answers,
        "Have the keeper remove its share from concealed answers",
    ),
)
