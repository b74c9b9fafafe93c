"""Disability certificate numbers: a citizen ID, the class (GB/T 26341-2010) and the grade in 20 characters."""

import re
from dataclasses import dataclass, field
from datetime import date

from schemas.citizen_id import CitizenId, clean_number_text, parse_citizen_id
from schemas.citizen_id_faults import CitizenIdError, CitizenIdFault
from schemas.codes import DisabilityClass, DisabilityGrade

_ID_LENGTH = 18
_SUFFIX = re.compile(r"([1-7])([1-4])(B[1-9])?")


@dataclass(frozen=True, slots=True)
class DisabilityCertNo:
    """What a certificate number reveals; its repr shows nothing of it."""

    citizen_id: CitizenId = field(repr=False)
    disability_class: DisabilityClass = field(repr=False)
    grade: DisabilityGrade = field(repr=False)


def parse_disability_cert_no(text: str | None, *, allow_test_regions: bool = False, today: date) -> DisabilityCertNo:
    """Return the parts of a 20-character certificate number; a re-issue mark such as `B1` may follow.

    Raises:
        CitizenIdError: with a `CitizenIdFault` as code.
    """
    cleaned = clean_number_text(text)
    suffix = _SUFFIX.fullmatch(cleaned, _ID_LENGTH)
    if suffix is None:
        too_short = len(cleaned) < _ID_LENGTH + 2
        raise CitizenIdError(CitizenIdFault.WRONG_LENGTH if too_short else CitizenIdFault.WRONG_DISABILITY_SUFFIX)
    citizen_id = parse_citizen_id(cleaned[:_ID_LENGTH], allow_test_regions=allow_test_regions, today=today)
    return DisabilityCertNo(citizen_id, DisabilityClass(suffix[1]), DisabilityGrade(suffix[2]))
