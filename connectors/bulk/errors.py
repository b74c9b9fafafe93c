"""Why a bulk job can't be done, as a sentence for people."""

from schemas.faults import Wording


class BulkError(Exception):
    """A bulk job failed; nothing of what it was to make is to be used."""

    def __init__(self, sentence: Wording) -> None:
        super().__init__(f"{sentence.zh} / {sentence.en}")
