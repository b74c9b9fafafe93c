"""The private OR tells no party which office said yes: what it sees is the same for all inputs with the same answer.

Every way in which three offices can state something of both parents is played with all parties. For each party, and
for each pair of parties that put together what they have, all inputs are compared that these parties can't be meant
to tell apart: their own input is the same, and the answer if the requester is among them. Steps that leak on purpose,
and three parties that collude, show that the comparison would notice.
"""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from functools import partial
from itertools import combinations, count, repeat

import pytest

from keys.crypto.ciphersuite import random_scalar
from keys.crypto.ristretto255 import Scalar, multiply_base
from keys.private_or.ciphertext import minus_plain, plus, plus_plain, refresh, times
from keys.private_or.concealed_answer import answer_element
from keys.private_or.marks import NO_MARKS, mark_rows
from keys.private_or.office_rows import padded_inputs
from schemas.agency_kinds import AgencyKind
from schemas.parental_status import ParentStatus
from schemas.rule_packs.parental_rules import Offices
from tests.attack.private_or_life import (
    COUNTIES,
    FATHER,
    GATEWAY,
    KEEPER,
    MOTHER,
    OTHERS,
    PARTIES,
    POLICE,
    REQUESTER,
    RULES,
    Holdings,
    Life,
    Regions,
    Steps,
    every_holding,
    live,
    statuses_in,
)
from tests.attack.private_or_views import Eyes, Workings

NONE, CIRCUMSTANCE, DEAD = ParentStatus
OF_FATHER = {
    POLICE: (NONE, DEAD),
    AgencyKind.JUSTICE: (NONE, CIRCUMSTANCE),
    AgencyKind.COURT: (NONE, CIRCUMSTANCE, DEAD),
}
OF_MOTHER = {AgencyKind.JUSTICE: (NONE, CIRCUMSTANCE), AgencyKind.COURT: (NONE, DEAD)}
EVERYWHERE: Regions = dict.fromkeys((POLICE, *OTHERS), ("99",))
TWO_LACK_DATA: Regions = {**EVERYWHERE, AgencyKind.DISABLED_FEDERATION: ("9902",), AgencyKind.HEALTH: ("9902",)}
SEED = 20_261_122
ONE = multiply_base(Scalar(bytes([1]) + bytes(31)))

Lives = list[tuple[Holdings, Life]]


def play(regions: Regions, steps: Steps, holdings: Sequence[Holdings]) -> Lives:
    return [(one, live(one, regions, steps, SEED)) for one in holdings]


def may_know(parties: frozenset[str], holdings: Holdings, life: Life) -> Hashable:
    """Return what parties may tell inputs apart by: their own, and the answer.

    Gateway and requester together may know the statuses of both parents, though not who stated them: the gateway
    knows which of the nine ciphertexts stands for which statuses.
    """
    own = tuple(sorted((office, tuple(sorted(holdings[office].items()))) for office in holdings if office in parties))
    answer = life.answer if REQUESTER in parties else None
    return own, answer, statuses_in(holdings) if {GATEWAY, REQUESTER} <= parties else None


def who_can_tell(lives: Lives, size: int) -> set[frozenset[str]]:
    """Return the coalitions of this size whose view differs for inputs that they should not tell apart."""
    workings = [Workings(life) for _, life in lives]
    return {one for one in map(frozenset, combinations(PARTIES, size)) if can_tell(one, lives, workings)}


def can_tell(coalition: frozenset[str], lives: Lives, workings: Sequence[Workings]) -> bool:
    views = defaultdict(set)
    for (holdings, life), known in zip(lives, workings, strict=True):
        views[may_know(coalition, holdings, life)].add(Eyes(life, known, coalition).view())
    return any(len(different) > 1 for different in views.values())


@pytest.fixture(scope="module", params=[EVERYWHERE, TWO_LACK_DATA], ids=["all cover", "two lack data"])
def regions(request) -> Regions:
    return request.param


@pytest.fixture(scope="module")
def lives(regions) -> Lives:
    return play(regions, Steps(), every_holding(OF_FATHER, OF_MOTHER))


def test_the_answer_is_what_the_rule_says(lives, regions):
    answers = Offices(RULES, regions).answers(COUNTIES[FATHER], COUNTIES[MOTHER])
    for holdings, life in lives:
        father, mother = statuses_in(holdings)
        assert life.answer == answers[father + 3 * mother].to_bytes()
    assert len({life.answer for _, life in lives}) == len(set(answers)) == 3 + (regions is TWO_LACK_DATA)


def test_no_party_can_tell_inputs_with_the_same_answer_apart(lives):
    assert who_can_tell(lives, 1) == set()


def test_no_two_parties_together_can_tell_which_office_said_yes(lives):
    assert who_can_tell(lives, 2) == set()


def test_the_board_and_both_shares_together_tell_which_office_said_yes(lives):
    assert can_tell(frozenset({GATEWAY, KEEPER, REQUESTER}), lives, [Workings(life) for _, life in lives])


def test_inputs_are_compared_that_differ_in_the_office_that_said_yes(lives):
    said_yes = defaultdict(set)
    for holdings, life in lives:
        said_yes[life.answer].add(
            tuple((office, one) for office in holdings for one in COUNTIES if one in holdings[office])
        )
    assert all(len(different) > 1 for different in said_yes.values())


def mark_own_rows_alone(marks, statuses, sealing_key, random, *, workers):
    """Leak: spares itself the work on rows of which the office states nothing."""
    new = mark_rows(marks, statuses, sealing_key, random, workers=workers)
    return [new[row] if statuses.get(row) or old is NO_MARKS else old for row, old in enumerate(marks)]


def pad_little(inputs, size, random):
    """Leak: a list is as long as it must be, and no longer."""
    return padded_inputs(inputs, len(inputs) + 1, random)


def conceal_leaking(father, mother, answers, sealing_key, random, *, blinding, sorts):
    """Leak: what the nine ciphertexts hold is blinded badly, or they stand in the order of the statuses."""
    of_mother = mother.status()
    statuses = refresh(plus(father.status(), plus(plus(of_mother, of_mother), of_mother)), sealing_key, random)
    scalars = blinding(random)
    concealed = []
    for value, answer in enumerate(answers):
        hidden = statuses
        for _ in range(value):
            hidden = minus_plain(hidden, ONE)
        blinded = plus_plain(times(next(scalars), hidden), answer_element(answer))
        concealed.append(refresh(blinded, sealing_key, random))
    return tuple(sorted(concealed)) if sorts else tuple(concealed)


def by_one(random):
    return repeat(Scalar(bytes([1]) + bytes(31)))


def by_the_same(random):
    return repeat(random_scalar(random))


def each_by_another(random):
    return (random_scalar(random) for _ in count())


LEAKING = every_holding(OF_FATHER, {AgencyKind.COURT: (NONE, DEAD)})
LEAKS = {
    "an office passes rows on as they are that it states nothing of": (Steps(mark=mark_own_rows_alone), GATEWAY),
    "lists are as long as an office has persons": (Steps(pad=pad_little), POLICE),
    "wrong statuses are not blinded": (Steps(conceal=partial(conceal_leaking, blinding=by_one, sorts=True)), REQUESTER),
    "all nine are blinded by one scalar": (
        Steps(conceal=partial(conceal_leaking, blinding=by_the_same, sorts=True)),
        REQUESTER,
    ),
    "ciphertexts stand in the order of statuses": (
        Steps(conceal=partial(conceal_leaking, blinding=each_by_another, sorts=False)),
        REQUESTER,
    ),
}


@pytest.mark.parametrize(("steps", "who"), LEAKS.values(), ids=LEAKS)
def test_a_step_that_leaks_is_noticed(steps, who):
    assert frozenset({who}) in who_can_tell(play(EVERYWHERE, steps, LEAKING), 1)


def test_the_leaking_steps_leak_nothing_when_they_are_done_right():
    right = Steps(conceal=partial(conceal_leaking, blinding=each_by_another, sorts=True))
    assert who_can_tell(play(EVERYWHERE, right, LEAKING), 1) == set()
