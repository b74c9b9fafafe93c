"""Tell the provider which of its answers were opened; a receipt is owed until the provider has it."""

from http import HTTPStatus

from connectors.gateway_client import AnswerError, GatewayUnreachableError
from connectors.requester.open_question import OpenQuestion
from schemas.envelope import MessageType
from schemas.messages.exchange import MAX_RECEIPT_BYTES, ReceiptAnswer, ReceiptRequest
from schemas.problem import ProblemError, text_of


def send_receipts(asked: OpenQuestion) -> None:
    """Send what is owed for a question; what can't be sent now is sent when the question is resumed."""
    for owed in asked.vault.owed_receipts(asked.question.id):
        receipt = ReceiptRequest(receipt_number=owed.receipt_number, answer=owed.answer, opened=True)
        try:
            asked.client.ask(MessageType.RECEIPT, receipt, ReceiptAnswer, MAX_RECEIPT_BYTES, asked.query)
        except (GatewayUnreachableError, AnswerError):
            return
        except ProblemError as error:
            if text_of(error.code).status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                return
        asked.vault.forget_receipt(owed.receipt_number)
