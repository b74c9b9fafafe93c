"""What officers do and look at, by the codes that the agency's own record keeps."""

from enum import StrEnum


class Action(StrEnum):
    """One kind of thing that was done or looked at."""

    SIGN_IN = "sign_in"
    SIGN_IN_FAILED = "sign_in_failed"
    PASSWORD_REPLACED = "password_replaced"  # noqa: S105 - the name of an action
    ROLES_GRANTED = "roles_granted"
    ROLES_REVOKED = "roles_revoked"
    LEDGER_UPLOADED = "ledger_uploaded"
    LEDGER_VIEWED = "ledger_viewed"
    LEDGER_UNMASKED = "ledger_unmasked"
    LEDGER_REPAIRED = "ledger_repaired"
    LEDGER_DOWNLOADED = "ledger_downloaded"
    LEDGER_DESTROYED = "ledger_destroyed"
    QUESTION_DRAFTED = "question_drafted"
    QUESTION_SUBMITTED = "question_submitted"
    QUESTION_WITHDRAWN = "question_withdrawn"
    QUESTION_APPROVED = "question_approved"
    QUESTION_REFUSED = "question_refused"
    QUESTION_ASKED = "question_asked"
    QUESTION_ANSWERED = "question_answered"
    QUESTION_FAILED = "question_failed"
    QUESTION_DELETED = "question_deleted"
    RESULTS_VIEWED = "results_viewed"
    RESULTS_DOWNLOADED = "results_downloaded"
    RECEIPT_PRINTED = "receipt_printed"
    MATCH_VIEWED = "match_viewed"
    MATCH_DECIDED = "match_decided"
    MATCH_CONFIRMED = "match_confirmed"
    RELEASES_VIEWED = "releases_viewed"
    AGREEMENT_SUSPENDED = "agreement_suspended"
    AGREEMENT_RESUMED = "agreement_resumed"
    DATA_VIEWED = "data_viewed"
