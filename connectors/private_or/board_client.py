"""Takes steps for a board at the gateway: one signed request each, under the own agreement with the requester."""

from dataclasses import dataclass
from typing import TypeVar

from connectors.gateway_client import Answered, GatewayClient
from schemas.agreement import Agreement
from schemas.base64url import decode_base64url, encode_base64url
from schemas.envelope import MessageType
from schemas.message import Message
from schemas.messages.private_or import (
    MAX_BOARD_EVALUATE_BYTES,
    MAX_BOARD_LIST_BYTES,
    MAX_BOARD_PART_BYTES,
    Board,
    BoardAnswer,
    BoardEvaluate,
    BoardEvaluateAnswer,
    BoardList,
    BoardPart,
    BoardPartAnswer,
    BoardRead,
    BoardTurn,
)

T = TypeVar("T", bound=Message)


@dataclass(frozen=True, slots=True)
class BoardClient:
    """The steps of one agency; each raises as `GatewayClient.send`."""

    client: GatewayClient

    def list_boards(self) -> tuple[Board, ...]:
        """Return the boards that concern this agency, as the gateway tells of them."""
        return self.client.ask(MessageType.BOARD_LIST, BoardList(), BoardAnswer, MAX_BOARD_LIST_BYTES).message.boards

    def step(self, message_type: MessageType, message: Message, own: Agreement) -> Board:
        """Take a step under the own agreement, and return the board as it is after it."""
        answered = self._send(message_type, message, own, BoardAnswer, MAX_BOARD_LIST_BYTES)
        return answered.message.boards[0]

    def send_turn(self, board: str, turn: int, rows: list[bytes], marks: list[bytes], own: Agreement) -> None:
        """Send the parts of a turn; `rows` is empty but for the resolver."""
        for number, packed in enumerate(marks):
            part = BoardPart(
                board=board,
                turn=turn,
                number=number,
                rows=encode_base64url(rows[number]) if rows else "",
                marks=encode_base64url(packed),
            )
            self.step(MessageType.BOARD_PART, part, own)

    def end_turn(self, board: str, parts: int, statement: str, own: Agreement) -> Board:
        """End a turn whose parts were all sent."""
        return self.step(MessageType.BOARD_TURN, BoardTurn(board=board, parts=parts, statement=statement), own)

    def read_part(self, board: str, number: int, own: Agreement) -> tuple[bytes, bytes, int]:
        """Return the index hashes and the marks of a part, and after how many turns these are."""
        request = BoardRead(board=board, number=number)
        answer = self._send(MessageType.BOARD_READ, request, own, BoardPartAnswer, MAX_BOARD_PART_BYTES).message
        return decode_base64url(answer.hashes), decode_base64url(answer.marks), answer.turns

    def evaluate(self, request: BoardEvaluate, own: Agreement, resolver: Agreement) -> BoardEvaluateAnswer:
        """Have blinded persons evaluated by the resolver."""
        prepared = self.client.prepare(
            MessageType.BOARD_EVALUATE,
            request,
            agreement=own.digest(),
            purpose=own.purpose,
            audience=resolver.provider.agency,
        )
        return self.client.send(prepared, BoardEvaluateAnswer, MAX_BOARD_EVALUATE_BYTES, resolver).message

    def _send(
        self, message_type: MessageType, message: Message, own: Agreement, answer: type[T], max_bytes: int
    ) -> Answered[T]:
        prepared = self.client.prepare(message_type, message, agreement=own.digest(), purpose=own.purpose)
        return self.client.send(prepared, answer, max_bytes)
