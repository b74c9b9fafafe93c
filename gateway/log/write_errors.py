"""Why a write to the log did not return: which of them a caller may retry, and which it may not."""


class AuditUnavailableError(RuntimeError):
    """The log can't be written; nothing was changed. Answer 503 and release nothing."""


class AuditOutcomeUnknownError(AuditUnavailableError):
    """The write was under way and may still land, or have landed. Release nothing; find out by the event id."""


class JournalFullError(AuditUnavailableError):
    """Too many writes are waiting; this one was not taken. Answer 503."""


class JournalMisuseError(RuntimeError):
    """The journal is used from where it can't work."""
