"""One question by the private OR with all its parties, and everything that each of them gets to see."""

import random as stdlib_random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Final

from keys.crypto.evaluation_key import generate_key_pair
from keys.crypto.oprf_batch import blind_batch, blind_evaluate_batch, evaluate_batch
from keys.crypto.pair_reserve import PairReserve
from keys.crypto.ristretto255 import Element, Scalar
from keys.private_or.ciphertext import Ciphertext
from keys.private_or.concealed_answer import ConcealedAnswer, conceal_answer, remove_keepers_share, reveal_answer
from keys.private_or.marks import NO_MARKS, RowMarks, mark_rows
from keys.private_or.office_rows import board_rows, find_rows, padded_inputs
from keys.private_or.opening_share import join_shares, make_opening_share
from keys.protocol.possession import index_hash_of
from schemas.agency_kinds import AgencyKind
from schemas.parental_status import ParentStatus, possible_answers
from schemas.randomness import RandomSource
from schemas.rule_packs.parental_rules import Offices, load_parental_rules

KEEPER, REQUESTER, GATEWAY = "keeper", "requester", "gateway"
POLICE: Final = AgencyKind.PUBLIC_SECURITY
OTHERS: Final = (AgencyKind.DISABLED_FEDERATION, AgencyKind.HEALTH, AgencyKind.JUSTICE, AgencyKind.COURT)
PARTIES: Final = (GATEWAY, KEEPER, REQUESTER, POLICE, *OTHERS)
FATHER, MOTHER, NEIGHBOUR, STRANGER = "father", "mother", "neighbour", "stranger"
REGISTER: Final = (FATHER, MOTHER, NEIGHBOUR)
COUNTIES: Final = {FATHER: "990101", MOTHER: "990202"}
LIST_SIZE: Final = 4
BOTH_SHARES: Final = frozenset({KEEPER, REQUESTER})
RULES: Final = load_parental_rules()["2020"]

Holdings = Mapping[AgencyKind, Mapping[str, ParentStatus]]
"""What each office states of whom."""

Regions = Mapping[AgencyKind, Sequence[str]]
"""The regions on whose residents each office has data."""

Choices = Mapping[AgencyKind, Sequence[ParentStatus]]
"""What offices can state of one person."""


@dataclass(frozen=True)
class Steps:
    """What the parties do; a leaky variant puts another function in one place."""

    pad: Callable[[Sequence[bytes], int, RandomSource], list[bytes]] = padded_inputs
    mark: Callable[..., list[RowMarks]] = mark_rows
    conceal: Callable[..., ConcealedAnswer] = conceal_answer


@dataclass(frozen=True)
class Hidden:
    """Ciphertexts that a party sees, and whose shares they still need."""

    ciphertexts: tuple[Ciphertext, ...]
    shares: frozenset[str]


@dataclass(frozen=True)
class Seen:
    """One thing, and the parties that see it: elements and hashes as bytes, hidden content, or something plain."""

    parties: frozenset[str]
    content: tuple[bytes, ...] | Hidden | int


@dataclass
class Life:
    """All that was seen, what the parties could work out alone, and the answer."""

    seen: list[Seen] = field(default_factory=list)
    secrets: dict[str, Scalar] = field(default_factory=dict)
    names: dict[str, dict[bytes, str]] = field(default_factory=dict)
    """By party: the hashes that it can make itself, with the person behind each."""

    answer: bytes = b""

    def see(self, content: tuple[bytes, ...] | Hidden | int, *parties: str) -> None:
        self.seen.append(Seen(frozenset(parties), content))


def number_of(person: str) -> bytes:
    return f"id\x1f{person}".encode()


def live(holdings: Holdings, regions: Regions, steps: Steps, seed: int) -> Life:
    """Let all parties play one epoch and one question."""
    random, life = stdlib_random.Random(seed).randbytes, Life()
    sealing_key = share_key(life, random)
    rows, found = find_persons(life, holdings, steps, random)
    marks = mark_board(life, len(rows), found, sealing_key, steps, random)
    places = {name: place for place, name in enumerate(life.names[POLICE][row] for row in rows)}
    ask(life, [marks[places[parent]] for parent in (FATHER, MOTHER)], regions, sealing_key, steps, random)
    for parent in (FATHER, MOTHER):
        life.see(places[parent], GATEWAY, POLICE)
    return life


def share_key(life: Life, random: RandomSource) -> Element:
    shares = {holder: make_opening_share(holder, "epoch", random) for holder in (KEEPER, REQUESTER)}
    life.secrets = {holder: share.secret for holder, share in shares.items()}
    return join_shares({holder: share.stated for holder, share in shares.items()}, "epoch")


def find_persons(
    life: Life, holdings: Holdings, steps: Steps, random: RandomSource
) -> tuple[tuple[bytes, ...], dict[AgencyKind, Mapping[int, ParentStatus]]]:
    """Let the police publish the rows and every other office find its persons among them."""
    pair = generate_key_pair(random)

    def evaluated(persons: Sequence[str]) -> dict[bytes, str]:
        outputs = evaluate_batch(pair.private_key, [number_of(person) for person in persons], workers=1)
        return dict(zip(map(index_hash_of, outputs), persons, strict=True))

    # The police hold the key: they could evaluate anybody, whether in the register or not.
    life.names[POLICE] = evaluated([*REGISTER, STRANGER])
    rows = board_rows(row + bytes(48) for row, person in life.names[POLICE].items() if person in REGISTER)
    life.see(rows, GATEWAY, POLICE, *OTHERS)
    own = {place: holdings[POLICE].get(life.names[POLICE][row], ParentStatus.NONE) for place, row in enumerate(rows)}
    found: dict[AgencyKind, Mapping[int, ParentStatus]] = {POLICE: own}
    for office in OTHERS:
        persons = holdings[office]
        padded = steps.pad([number_of(one) for one in persons], LIST_SIZE, random)
        blinding = blind_batch(padded, PairReserve(pair.public_key, random, workers=1), workers=1)
        answer = blind_evaluate_batch(pair, blinding.blinded_elements, random, workers=1)
        life.see(tuple(blinding.blinded_elements), GATEWAY, POLICE, office)
        life.see(tuple(answer.evaluated_elements), GATEWAY, POLICE, office)
        outputs = blinding.finalize(answer.evaluated_elements, answer.proof)
        life.names[office] = dict(zip(map(index_hash_of, outputs), persons, strict=False))
        found[office] = find_rows(rows, persons.values(), outputs)
    return rows, found


def mark_board(
    life: Life,
    rows: int,
    found: Mapping[AgencyKind, Mapping[int, ParentStatus]],
    sealing_key: Element,
    steps: Steps,
    random: RandomSource,
) -> list[RowMarks]:
    """Let the offices take their turns; the gateway carries the board from one to the next."""
    marks, before = [NO_MARKS] * rows, POLICE
    for office, statuses in found.items():
        marks = steps.mark(marks, statuses, sealing_key, random, workers=1)
        flat = tuple(hidden for row in marks for hidden in row)
        life.see(Hidden(flat, BOTH_SHARES), GATEWAY, office, *following(office))
        before = office
    assert before == OTHERS[-1]
    return marks


def following(office: AgencyKind) -> tuple[AgencyKind, ...]:
    turns = (POLICE, *OTHERS)
    return turns[turns.index(office) + 1 : turns.index(office) + 2]


def ask(
    life: Life,
    parents: Sequence[RowMarks],
    regions: Regions,
    sealing_key: Element,
    steps: Steps,
    random: RandomSource,
) -> None:
    """Let the gateway conceal the answer, the keeper remove its share, and the requester read it."""
    of_father, of_mother = COUNTIES[FATHER], COUNTIES[MOTHER]
    answers = [answer.to_bytes() for answer in Offices(RULES, regions).answers(of_father, of_mother)]
    concealed = steps.conceal(*parents, answers, sealing_key, random)
    life.see(Hidden(concealed, BOTH_SHARES), GATEWAY, KEEPER)
    half_open = remove_keepers_share(concealed, life.secrets[KEEPER])
    life.see(Hidden(half_open, frozenset({REQUESTER})), GATEWAY, KEEPER, REQUESTER)
    life.answer = reveal_answer(half_open, life.secrets[REQUESTER], all_answers())


def all_answers() -> list[bytes]:
    return [answer.to_bytes() for answer in possible_answers(RULES.needed())]


def statuses_in(holdings: Holdings) -> tuple[ParentStatus, ParentStatus]:
    """Return the greatest status that any office states of the father, and of the mother."""
    father, mother = (max(stated.get(one, ParentStatus.NONE) for stated in holdings.values()) for one in COUNTIES)
    return father, mother


def every_holding(of_father: Choices, of_mother: Choices) -> list[Holdings]:
    """Return all ways in which offices can state something of both parents; some have other persons as well."""
    ways = [
        [dict(zip(one, stated, strict=True)) for stated in product(*one.values())] for one in (of_father, of_mother)
    ]
    return [holdings_of(father, mother) for father, mother in product(*ways)]


def holdings_of(father: Mapping[AgencyKind, ParentStatus], mother: Mapping[AgencyKind, ParentStatus]) -> Holdings:
    others = {
        AgencyKind.JUSTICE: {NEIGHBOUR: ParentStatus.CIRCUMSTANCE},
        AgencyKind.HEALTH: {STRANGER: ParentStatus(1)},
    }
    return {
        office: {
            **{name: stated[office] for name, stated in ((FATHER, father), (MOTHER, mother)) if stated.get(office)},
            **others.get(office, {}),
        }
        for office in (POLICE, *OTHERS)
    }
