"""Refusals travel between workers as their code alone."""

import pickle

from schemas.citizen_id_faults import CitizenIdError, CitizenIdFault


def test_a_refusal_survives_pickling() -> None:
    error = CitizenIdError(CitizenIdFault.WRONG_CHECK_DIGIT)
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), copy.code, str(copy)) == (CitizenIdError, error.code, str(error))
    assert copy.wording.zh.startswith("校验码")
