"""FEBRL's attributes become keys of their own key set, and the engine links on them without knowing any name."""

import csv
import random
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from connectors.rehearsal.link_files import link_tables
from quality.febrl import LEFT_FILE, LINKS_FILE, RIGHT_FILE, Febrl, load_febrl, load_febrl_key_set, soundex
from schemas.messages.match import Basis, Outcome

COLUMNS = (
    "rec_id", "given_name", "surname", "street_number", "address_1", "address_2", "suburb", "postcode", "state",
    "date_of_birth", "soc_sec_id",
)  # fmt: skip
PERSON = {
    "given_name": "Mira",
    "surname": "O'Quill",
    "street_number": "12",
    "address_1": "wattle  close",
    "address_2": "rosebank",
    "suburb": "fern hill",
    "postcode": "9061",
    "state": "nsw",
    "date_of_birth": "19520331",
    "soc_sec_id": "1234567",
}
PEOPLE = 1_200
MATCH = list(Outcome).index(Outcome.MATCH)


def write_files(folder: Path, left: list[Mapping[str, str]], right: list[Mapping[str, str]]) -> Febrl:
    """Write both files, the right one backwards, and load them."""
    for name, people, suffix in ((LEFT_FILE, left, "org"), (RIGHT_FILE, right, "dup-0")):
        numbered = [{"rec_id": f"rec-{number}-{suffix}", **person} for number, person in enumerate(people)]
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(numbered[::-1] if name == RIGHT_FILE else numbered)
    links = [f"rec-{number}-org,rec-{number}-dup-0" for number in range(len(left))]
    (folder / LINKS_FILE).write_text("\n".join(["left,right", *links]), encoding="utf-8")
    return load_febrl(folder)


def agreeing(folder: Path, changes: Mapping[str, str]) -> set[str]:
    """Return the key types on which a person and the same person with changes agree."""
    febrl = write_files(folder, [PERSON], [PERSON | changes])
    both = np.intersect1d(febrl.left.index_hash, febrl.right.index_hash)
    codes = set(febrl.left.key_type[np.isin(febrl.left.index_hash, both)].tolist())
    return {defined.name for defined in febrl.key_set.key_types if defined.code in codes}


def all_but(*attributes: str) -> set[str]:
    names = {defined.name for defined in load_febrl_key_set().key_types}
    return {name for name in names if not set(name.split(".")) & set(attributes)}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, all_but()),
        ({"given_name": "o quill", "surname": "MIRA"}, all_but()),
        ({"address_1": "rosebank", "address_2": "wattle close"}, all_but()),
        ({"surname": "oquil"}, all_but("n")),
        ({"surname": "starling"}, all_but("n", "s")),
        ({"soc_sec_id": "1234576"}, all_but("i")),
        ({"date_of_birth": "19520313"}, all_but("d", "md")),
        ({"date_of_birth": "19250331"}, all_but("d", "ym")),
        ({"date_of_birth": "1952"}, all_but("d", "ym", "md")),
        ({"postcode": "9016"}, all_but("c")),
        ({"suburb": ""}, all_but("b")),
        ({"street_number": "21"}, all_but("h")),
        ({"state": "vic"}, all_but()),
    ],
)
def test_a_change_takes_away_the_keys_of_its_attribute_alone(tmp_path: Path, changes, expected: set[str]) -> None:
    assert agreeing(tmp_path, changes) == expected


def test_nothing_known_makes_no_keys(tmp_path: Path) -> None:
    febrl = write_files(tmp_path, [dict.fromkeys(PERSON, "")], [PERSON])
    assert (febrl.left.records, len(febrl.left.record)) == (1, 0)


def test_true_links_are_by_name_not_by_order(tmp_path: Path) -> None:
    people = [PERSON | {"soc_sec_id": str(number)} for number in range(4)]
    assert write_files(tmp_path, people, people).true_right.tolist() == [3, 2, 1, 0]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("robert", "R163"),
        ("rupert", "R163"),
        ("rubin", "R150"),
        ("ashcraft", "A261"),
        ("tymczak", "T522"),
        ("pfister", "P236"),
        ("honeyman", "H555"),
        ("lee", "L000"),
        ("", ""),
    ],
)
def test_soundex_of_the_archives_examples(name: str, code: str) -> None:
    assert soundex(name).upper() == code


def draw_person(rng: random.Random, number: int) -> dict[str, str]:
    def word(letters: int) -> str:
        return "".join(rng.choices("aeklmnorst", k=letters))

    return {
        "given_name": word(2),
        "surname": word(3),
        "street_number": str(rng.randint(1, 60)),
        "address_1": f"{word(3)} street",
        "address_2": word(3),
        "suburb": word(2),
        "postcode": str(rng.randint(9000, 9150)),
        "state": "nsw",
        "date_of_birth": f"19{rng.randint(10, 99)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}",
        "soc_sec_id": str(1_000_000 + number),
    }


def test_the_engine_links_people_of_another_key_set(tmp_path: Path) -> None:
    rng = random.Random(3)
    left = [draw_person(rng, number) for number in range(PEOPLE)]
    right = []
    for person in left:
        other = draw_person(rng, PEOPLE + len(right))
        right.append(person | {name: other[name] for name in rng.sample(sorted(PERSON), rng.randint(0, 4))})
    febrl = write_files(tmp_path, left, right)
    linked = link_tables(febrl.left, febrl.right, febrl.key_set)
    is_match = linked.judgement.outcome == MATCH
    is_right = linked.partner == febrl.true_right
    assert linked.judgement.basis is Basis.FITTED
    precision, recall = is_right[is_match].mean(), (is_match & is_right).mean()
    assert min(precision, recall) > 0.995
    assert linked.judgement.precision == pytest.approx(precision, abs=0.005)
    assert linked.judgement.recall == pytest.approx(recall, abs=0.01)
