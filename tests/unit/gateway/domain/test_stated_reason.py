"""A reason that opens closed fields: an occasion of the list, a sentence, a case, and no number of a person."""

import pytest

from gateway.domain.stated_reason import ReasonCode, ReasonFault, StatedReason, StatedReasonError

ID_NUMBER = "990101201003071233"


def test_a_reason_is_read_and_keeps_its_text_out_of_sight() -> None:
    reason = StatedReason.parse("complaint", " 核查 家长投诉 ", "TS-2026-7")
    assert reason == StatedReason(ReasonCode.COMPLAINT, "核查 家长投诉", "TS-2026-7")
    assert "家长" not in repr(reason)
    assert "TS-2026-7" not in repr(reason)


@pytest.mark.parametrize(
    ("code", "text", "case", "fault"),
    [
        ("", "核查家长投诉", "C-1", ReasonFault.CODE_MISSING),
        ("curiosity", "核查家长投诉", "C-1", ReasonFault.CODE_MISSING),
        ("complaint", "  因 ", "C-1", ReasonFault.TEXT_LENGTH),
        ("complaint", "核" * 501, "C-1", ReasonFault.TEXT_LENGTH),
        ("complaint", f"核查 {ID_NUMBER}", "C-1", ReasonFault.TEXT_IDENTIFIER),
        ("complaint", "核查家长投诉", "", ReasonFault.CASE_FORM),
        ("complaint", "核查家长投诉", "案件一", ReasonFault.CASE_FORM),
        ("complaint", "核查家长投诉", "C-1\n", ReasonFault.CASE_FORM),
        ("complaint", "核查家长投诉", ID_NUMBER, ReasonFault.CASE_FORM),
    ],
)
def test_what_is_no_reason(code: str, text: str, case: str, fault: ReasonFault) -> None:
    with pytest.raises(StatedReasonError) as caught:
        StatedReason.parse(code, text, case)
    assert caught.value.code is fault
    assert ID_NUMBER not in str(caught.value)
