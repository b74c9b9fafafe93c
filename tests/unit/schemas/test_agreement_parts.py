"""Parts of an agreement that stand in messages: versions, signatories, notes, reasons, due dates, changes."""

from datetime import UTC, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from schemas.agreement import Agreement, AgreementSignature, AgreementState, Party
from schemas.agreement_changes import describe_changes
from schemas.agreement_reasons import INCOMPLETE_REASONS, REASONS, REFUSAL_REASONS
from schemas.agreement_steps import MAX_NOTE_CHARACTERS, AgreementStep, Note, review_due_at
from schemas.agreement_words import STATE_WORDS, STEP_WORDS
from schemas.formats import digest_of
from schemas.messages.agreements import AgreementReview
from schemas.working_days import CHINA_TIME, working_calendar
from tests.unit.schemas.test_policy import AGREEMENT

DIGEST = AGREEMENT.digest()
NOTE: TypeAdapter[str] = TypeAdapter(Note)


def _changed(**changes: object) -> Agreement:
    return Agreement.model_validate(AGREEMENT.model_dump() | changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"revision": 2},
        {"replaces": DIGEST},
        {"revision": 0},
        {"officer_releases_per_day": AGREEMENT.releases_per_day + 1},
        {"officer_evaluations_per_day": AGREEMENT.evaluations_per_day + 1},
        {"lead": {"agency": AGREEMENT.provider.agency, "signing_key": digest_of(b"another key")}},
    ],
)
def test_terms_that_contradict_one_another_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        _changed(**changes)


def test_who_must_sign() -> None:
    lead = Party(agency="lead_body.990100", signing_key=digest_of(b"lead"))
    parties = (AGREEMENT.requester, AGREEMENT.provider)
    assert AGREEMENT.signers == parties
    assert _changed(lead=lead.model_dump()).signers == (*parties, lead)
    assert _changed(lead=AGREEMENT.provider.model_dump()).signers == parties
    assert _changed(lead=lead.model_dump()).party_of(lead.agency) is None


@pytest.mark.parametrize("pair", [("head-01", "head-01"), ("head-02", "head-01"), ("head-01",), ("张三", "head-01")])
def test_two_different_officers_in_order_stand_for_an_agency(pair: tuple[str, ...]) -> None:
    stated = {"agreement": DIGEST, "agency": AGREEMENT.provider.agency, "signed_at": 1}
    AgreementSignature.model_validate({**stated, "signatories": ("head-01", "head-02")})
    with pytest.raises(ValidationError):
        AgreementSignature.model_validate({**stated, "signatories": pair})


@pytest.mark.parametrize("note", ["请在12345前补正", "共 5 项，见第 3 条", "x" * MAX_NOTE_CHARACTERS])
def test_a_sentence_is_a_note(note: str) -> None:
    assert NOTE.validate_python(note) == note


@pytest.mark.parametrize(
    "note",
    [
        "",
        "x" * (MAX_NOTE_CHARACTERS + 1),
        "电话13800138000",
        "138 0013 8000",
        "编号１２３４５６",
        "٠١٢٣٤٥",
        "a\nb",
        "a\u202eb",
    ],
)
def test_numbers_and_what_cannot_be_seen_are_no_note(note: str) -> None:
    with pytest.raises(ValidationError):
        NOTE.validate_python(note)


@pytest.mark.parametrize(
    ("step", "reasons"),
    [
        ("refuse", ()),
        ("refuse", ("not_held", "secret")),
        ("refuse", ("basis_missing",)),
        ("return_incomplete", ()),
        ("return_incomplete", ("not_held",)),
        ("return_incomplete", ("scene_missing", "basis_missing")),
        ("accept_complete", ("not_held",)),
        ("sign", ()),
    ],
)
def test_a_step_has_its_own_reasons(step: str, reasons: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError):
        AgreementReview.model_validate({"agreement": DIGEST, "step": step, "reasons": reasons})


def test_every_reason_state_and_step_has_words() -> None:
    assert not INCOMPLETE_REASONS.keys() & REFUSAL_REASONS.keys()
    assert REASONS.keys() == INCOMPLETE_REASONS.keys() | REFUSAL_REASONS.keys()
    assert STATE_WORDS.keys() == set(AgreementState)
    assert STEP_WORDS.keys() == set(AgreementStep)


@pytest.mark.parametrize(
    ("begun", "is_extended", "due"),
    [
        ((2026, 3, 2), False, (2026, 3, 17)),
        ((2026, 3, 2), True, (2026, 3, 31)),
        ((2026, 9, 28), False, (2026, 10, 17)),
    ],
    ids=["two weeks", "four weeks", "over the National Day, with a Saturday worked"],
)
def test_the_answer_is_due_at_the_end_of_a_working_day(
    begun: tuple[int, int, int], is_extended: bool, due: tuple[int, int, int]
) -> None:
    begun_at = int(datetime(*begun, 15, tzinfo=CHINA_TIME).timestamp())
    found = datetime.fromtimestamp(review_due_at(begun_at, working_calendar(), is_extended=is_extended), UTC)
    assert found == datetime(*due, tzinfo=CHINA_TIME)


def test_what_differs_between_two_versions_is_said_term_by_term() -> None:
    newer = _changed(
        id="1b7a6f1e-4a52-4a7c-9f4e-0f0f0f0f0f0f", revision=2, replaces=DIGEST, retention_days=7, regions=("9901",)
    )
    changes = {change.term.en: (change.before.en, change.after.en) for change in describe_changes(AGREEMENT, newer)}
    assert changes["Days that results are kept"] == (str(AGREEMENT.retention_days), "7")
    assert changes["Regions"][1] == "9901"
    assert len(changes) == 2
    assert describe_changes(AGREEMENT, AGREEMENT) == ()
