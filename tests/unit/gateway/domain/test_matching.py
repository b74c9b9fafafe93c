"""Each row of the decision table, and what must not matter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.matching import AskedRecord, Candidate, judge
from schemas.linkage_keys import KeyType
from schemas.messages.match import Outcome

ID, P_D = KeyType.ID, KeyType.P_D
HOME, AWAY = 990101, 990102


def _record(county: int | None = HOME, *, has_id: bool = True) -> AskedRecord:
    hashes = {P_D: frozenset({b"p" * 16})} | ({ID: frozenset({b"i" * 16})} if has_id else {})
    return AskedRecord(hashes, county)


def _candidate(
    name: bytes, *agreed: KeyType, county: int | None = HOME, has_id: bool = True
) -> tuple[bytes, Candidate]:
    return name * 16, Candidate(name * 16, frozenset(agreed), county, has_id)


BOTH = _candidate(b"a", ID, P_D)
ID_ONLY = _candidate(b"b", ID)
NAME_ONLY = _candidate(b"c", P_D)
NAME_WITHOUT_ID = _candidate(b"d", P_D, has_id=False)

ROWS = [
    ("nothing agrees", _record(), [], Outcome.NON_MATCH, None, ()),
    ("both agree", _record(), [BOTH], Outcome.MATCH, b"a", (ID, P_D)),
    ("both agree, county differs", _record(AWAY), [BOTH], Outcome.MATCH, b"a", (ID, P_D)),
    ("both agree, another on id", _record(), [BOTH, ID_ONLY], Outcome.MATCH, b"a", (ID, P_D)),
    ("both agree, another on name", _record(), [BOTH, NAME_WITHOUT_ID], Outcome.MATCH, b"a", (ID, P_D)),
    ("two agree on both", _record(), [BOTH, _candidate(b"e", ID, P_D)], Outcome.POSSIBLE_MATCH, None, (ID, P_D)),
    ("id alone", _record(), [ID_ONLY], Outcome.POSSIBLE_MATCH, None, (ID,)),
    ("name, ids differ", _record(), [NAME_ONLY], Outcome.POSSIBLE_MATCH, None, (P_D,)),
    ("name, no id there", _record(), [NAME_WITHOUT_ID], Outcome.MATCH, b"d", (P_D,)),
    ("name, no id here", _record(has_id=False), [NAME_ONLY], Outcome.MATCH, b"c", (P_D,)),
    ("name, no id on either", _record(has_id=False), [NAME_WITHOUT_ID], Outcome.MATCH, b"d", (P_D,)),
    ("name, no id, county differs", _record(AWAY, has_id=False), [NAME_ONLY], Outcome.POSSIBLE_MATCH, None, (P_D,)),
    (
        "name, no id, county unknown here",
        _record(None, has_id=False),
        [NAME_ONLY],
        Outcome.POSSIBLE_MATCH,
        None,
        (P_D,),
    ),
    (
        "name, no id, county unknown on both",
        _record(None, has_id=False),
        [_candidate(b"f", P_D, county=None)],
        Outcome.POSSIBLE_MATCH,
        None,
        (P_D,),
    ),
    ("two namesakes", _record(has_id=False), [NAME_ONLY, NAME_WITHOUT_ID], Outcome.POSSIBLE_MATCH, None, (P_D,)),
    ("id says one, name another", _record(), [ID_ONLY, NAME_WITHOUT_ID], Outcome.POSSIBLE_MATCH, None, (ID, P_D)),
]


@pytest.mark.parametrize(
    ("_name", "record", "candidates", "outcome", "handle", "agreed"), ROWS, ids=[r[0] for r in ROWS]
)
def test_row(
    _name: str,
    record: AskedRecord,
    candidates: list[tuple[bytes, Candidate]],
    outcome: Outcome,
    handle: bytes | None,
    agreed: tuple[KeyType, ...],
) -> None:
    verdict = judge(record, dict(candidates))
    assert verdict.outcome is outcome
    assert verdict.handle == (None if handle is None else handle * 16)
    assert verdict.agreed == agreed


candidates_strategy = st.lists(
    st.builds(
        Candidate,
        handle=st.binary(min_size=16, max_size=16),
        agreed=st.sets(st.sampled_from(KeyType), min_size=1).map(frozenset),
        county=st.sampled_from([None, HOME, AWAY]),
        has_id=st.booleans(),
    ),
    max_size=5,
    unique_by=lambda candidate: candidate.handle,
)


@given(candidates_strategy, st.sampled_from([None, HOME]), st.booleans(), st.randoms())
def test_the_order_of_candidates_does_not_matter(
    candidates: list[Candidate], county: int | None, has_id: bool, random: object
) -> None:
    record = _record(county, has_id=has_id)
    shuffled = list(candidates)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first = judge(record, {candidate.handle: candidate for candidate in candidates})
    assert first == judge(record, {candidate.handle: candidate for candidate in shuffled})


@given(candidates_strategy, st.sampled_from([None, HOME]), st.booleans())
def test_a_handle_stands_for_a_match_only_and_id_alone_never_matches(
    candidates: list[Candidate], county: int | None, has_id: bool
) -> None:
    verdict = judge(_record(county, has_id=has_id), {candidate.handle: candidate for candidate in candidates})
    assert (verdict.handle is not None) == (verdict.outcome is Outcome.MATCH)
    if verdict.outcome is Outcome.MATCH:
        assert KeyType.P_D in verdict.agreed


def test_no_hash_stands_in_a_repr() -> None:
    handle, candidate = BOTH
    shown = f"{_record()!r} {candidate!r} {judge(_record(), {handle: candidate})!r}"
    assert "aaaa" not in shown
    assert "pppp" not in shown
