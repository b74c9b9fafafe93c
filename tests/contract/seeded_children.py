"""Seeded children as two agencies write them, with the hashes of their keys: siblings, namesakes, misspellings."""

import hashlib
import random
from dataclasses import dataclass, field, replace

from schemas.linkage_keys import KeyType
from schemas.messages.index import KEY_TYPE_CODES, IndexEntry
from tests.scenario.gateway_simulator import AskedRow, entry

SURNAMES, GIVEN, COUNTIES, DAYS = 25, 300, 2, 224


@dataclass(frozen=True)
class Child:
    """What keys are made of, as numbers; None where an agency has not written it down."""

    number: int
    surname: int
    given: int
    month: int
    day: int
    county: int
    sex: int
    guardian: int
    has_number: bool = True
    handle: bytes = field(default=b"", repr=False)


def draw_children(count: int, seed: int) -> list[Child]:
    """Return households of one to three children."""
    draw = random.Random(seed)
    children: list[Child] = []
    while len(children) < count:
        surname, guardian, county = draw.randrange(SURNAMES), len(children), draw.randrange(COUNTIES)
        for _ in range(draw.choice([1, 1, 1, 2, 2, 3])):
            month, day = divmod(draw.randrange(DAYS), 28)
            child = Child(
                len(children), surname, draw.randrange(GIVEN), month, day, county, draw.randrange(2), guardian
            )
            children.append(replace(child, handle=draw.randbytes(16)))
    return children[:count]


def misspell(child: Child, draw: random.Random) -> Child:
    """Return the child as another agency writes it."""
    changes: dict[str, object] = {"has_number": draw.random() > 0.3}
    if draw.random() < 0.06:
        changes["given"] = draw.randrange(GIVEN)
    if draw.random() < 0.05:
        changes["day"] = draw.randrange(28)
    if draw.random() < 0.2:
        changes["guardian"] = 1_000_000 + child.guardian
    return replace(child, **changes)  # type: ignore[arg-type]


def keys_of(child: Child) -> list[tuple[KeyType, bytes]]:
    """Return key types with index hashes; equal keys have equal hashes, as under one evaluation key."""
    name, date = (child.surname, child.given), (child.month, child.day)
    texts: dict[KeyType, object] = {
        KeyType.P_D: (name, date),
        KeyType.G_D: (child.given, date),
        KeyType.S1_D_R4: (child.surname, date, child.county // 2),
        KeyType.P_YM: (name, child.month),
        KeyType.P_MD: (name, date, "any year"),
        KeyType.N_Y_R4: (name, child.county // 2),
        KeyType.N_R6: (name, child.county),
        KeyType.R6_D_X: (child.county, date, child.sex),
        KeyType.GI_D: (child.guardian, date),
        KeyType.PH_D: (child.guardian // 2, date),
        KeyType.GN_P: (child.guardian % 211, name),
        KeyType.GN_D: (child.guardian % 211, date),
    }
    if child.has_number:
        texts[KeyType.ID] = child.number
    return [(key_type, _hash(key_type, text)) for key_type, text in texts.items()]


def entries_of(*children: Child) -> list[IndexEntry]:
    """Return what a provider publishes of these children."""
    return [entry(child.handle, key_type, index_hash) for child in children for key_type, index_hash in keys_of(child)]


def index_of(children: list[Child]) -> list[list[IndexEntry]]:
    """Return the parts of an index of these children."""
    return [entries_of(*children[start : start + 500]) for start in range(0, len(children), 500)]


def asked(child: Child, only: tuple[KeyType, ...] = tuple(KeyType)) -> AskedRow:
    """Return what a requester asks about the child, under all key types or some."""
    return AskedRow(None, tuple((KEY_TYPE_CODES[kind], each) for kind, each in keys_of(child) if kind in only))


def _hash(key_type: KeyType, text: object) -> bytes:
    return hashlib.sha256(f"{key_type}\x1f{text}".encode()).digest()[:16]
