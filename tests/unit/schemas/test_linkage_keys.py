"""Linkage keys of set G: exactly the agreed texts, each once, and only where there is evidence."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.check_digit import complete_citizen_id
from schemas.citizen_id import CitizenId, parse_citizen_id
from schemas.identity import ChildIdentity, GuardianIdentity, age_in_years
from schemas.key_attributes import key_attributes
from schemas.key_set import load_key_set
from schemas.linkage_keys import (
    LINKAGE_SCHEMA,
    KeyType,
    LinkageKey,
    linkage_keys,
    relation_keys,
    relation_keys_of_record,
)
from schemas.messages.index import KEY_TYPE_CODES

TODAY = date(2026, 3, 5)


def number(region: str = "990101", born: str = "20150307", sequence: str = "001") -> CitizenId:
    return parse_citizen_id(complete_citizen_id(region + born + sequence), allow_test_regions=True, today=TODAY)


CITIZEN_ID = number()
GUARDIAN = GuardianIdentity(number(born="19720305", sequence="004"), "曾·小红", "13800000001")


def texts(identity: ChildIdentity, *types: str) -> list[tuple[str, str]]:
    """Return name and text of the keys, a flagged type with a mark; of these types if any are given."""
    shown = [(key.key_type.value + "!" * key.is_flagged, key.text) for key in linkage_keys(identity)]
    return [pair for pair in shown if not types or pair[0].rstrip("!") in types]


def test_all_keys_of_a_full_record() -> None:
    identity = ChildIdentity(
        citizen_id=CITIZEN_ID,
        name="单·晓明",
        birth_dates=(date(2015, 7, 3),),
        sex="male",
        regions=("990203", "990101"),
        guardian=GUARDIAN,
    )
    assert texts(identity) == [
        ("id", "990101150307001"),
        ("p.d", "shan.xiao.ming20150307"),
        ("p.d", "shan.xiao.ming20150703"),
        ("p.d!", "shan.xiao.ming20150816"),
        ("g.d", "xiao.ming20150307"),
        ("g.d", "xiao.ming20150703"),
        ("s1.d.r4", "shan201503079901"),
        ("s1.d.r4", "shan201503079902"),
        ("s1.d.r4", "shan201507039901"),
        ("s1.d.r4", "shan201507039902"),
        ("p.ym", "shan.xiao.ming201503"),
        ("p.ym", "shan.xiao.ming201507"),
        ("p.md", "shan.xiao.ming0307"),
        ("p.md", "shan.xiao.ming0703"),
        ("p.swap", "shan.xiao.ming20150307"),
        ("n.y.r4", "单晓明20159901"),
        ("n.y.r4", "单晓明20159902"),
        ("n.r6", "单晓明990101"),
        ("n.r6", "单晓明990203"),
        ("r6.d.x", "990101201503071"),
        ("r6.d.x", "990101201507031"),
        ("r6.d.x", "990203201503071"),
        ("r6.d.x", "990203201507031"),
        ("gi.d", "99010172030500420150307"),
        ("gi.d", "99010172030500420150703"),
        ("ph.d", "1380000000120150307"),
        ("ph.d", "1380000000120150703"),
        ("gn.p", "zeng.xiao.hong/shan.xiao.ming"),
        ("gn.d", "zeng.xiao.hong20150307"),
        ("gn.d", "zeng.xiao.hong20150703"),
    ]


@pytest.mark.parametrize("name", [None, "", "·", "张" * 60, "1234"])
def test_no_usable_name_no_name_key(name: str | None) -> None:
    identity = ChildIdentity(citizen_id=CITIZEN_ID, name=name, guardian=GuardianIdentity(name=name))
    assert texts(identity) == [("id", "990101150307001"), ("r6.d.x", "990101201503071")]


@pytest.mark.parametrize(
    "identity",
    [
        ChildIdentity(name="单晓明"),
        ChildIdentity(birth_dates=(date(2015, 3, 7),)),
        ChildIdentity(sex="male"),
        ChildIdentity(regions=("990101",)),
        ChildIdentity(guardian=GuardianIdentity(citizen_id=CITIZEN_ID)),
        ChildIdentity(guardian=GuardianIdentity(name="曾小红")),
        ChildIdentity(guardian=GuardianIdentity(phone="13800000001")),
        ChildIdentity(name="单晓明", sex="male", guardian=GuardianIdentity(CITIZEN_ID, phone="13800000001")),
    ],
)
def test_one_attribute_alone_is_no_key(identity: ChildIdentity) -> None:
    assert linkage_keys(identity) == ()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("单晓明", [("g.d", "xiao.ming20150307")]),
        ("单明", [("g1.d", "ming20150307")]),
        ("单", []),
        ("Shan Ming", []),
        ("欧阳明", [("g.d", "yang.ming20150307")]),
        ("艾则孜·买买提", [("g.d", "ze.zi.mai.mai.ti20150307")]),
    ],
)
def test_the_given_name_is_all_but_the_first_syllable(name: str, expected: list[tuple[str, str]]) -> None:
    assert texts(ChildIdentity(name=name, birth_dates=(date(2015, 3, 7),)), "g.d", "g1.d") == expected


@pytest.mark.parametrize(
    ("declared", "lunar"),
    [
        (date(2015, 3, 7), ["20150425"]),
        (date(2015, 1, 30), []),  # the first month of 2015 had 29 days
        (date(2016, 1, 30), ["20160308"]),
        (date(2017, 6, 1), ["20170624", "20170723"]),  # with a leap sixth month
        (date(2015, 12, 29), ["20160207"]),
    ],
)
def test_a_declared_date_may_be_lunar(declared: date, lunar: list[str]) -> None:
    record = ChildIdentity(name="单明", birth_dates=(declared,))
    assert [text for name, text in texts(record, "p.d") if name == "p.d!"] == ["shan.ming" + day for day in lunar]


def test_a_date_that_the_number_confirms_is_not_lunar() -> None:
    confirmed = ChildIdentity(citizen_id=CITIZEN_ID, name="单明", birth_dates=(date(2015, 3, 7),))
    assert texts(confirmed, "p.d") == [("p.d", "shan.ming20150307")]
    # Born on the day that the declared one means as a lunar date: the key stands once, and is not flagged.
    meant = ChildIdentity(citizen_id=number(born="20150425"), name="单明", birth_dates=(date(2015, 3, 7),))
    assert texts(meant, "p.d") == [("p.d", "shan.ming20150307"), ("p.d", "shan.ming20150425")]


def test_a_repaired_number_is_flagged_unless_it_is_held_as_well() -> None:
    repaired = (number(sequence="003"), number(sequence="021"))
    assert texts(ChildIdentity(repaired_ids=repaired)) == [("id!", "990101150307003"), ("id!", "990101150307021")]
    assert texts(ChildIdentity(citizen_id=CITIZEN_ID, repaired_ids=(CITIZEN_ID,)), "id") == [("id", "990101150307001")]


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ([date(2015, 1, 1)], [("n.y.r4!", "单明20159901")]),
        ([date(2015, 1, 1), date(2015, 3, 7)], [("n.y.r4", "单明20159901")]),
        ([date(2014, 1, 1), date(2015, 3, 7)], [("n.y.r4", "单明20159901"), ("n.y.r4!", "单明20149901")]),
    ],
)
def test_a_1_january_is_flagged(dates: list[date], expected: list[tuple[str, str]]) -> None:
    assert texts(ChildIdentity(name="单明", birth_dates=tuple(dates), regions=("990101",)), "n.y.r4") == expected


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        (date(2015, 3, 7), ["shan.ming20150307"]),
        (date(2015, 7, 3), ["shan.ming20150307"]),
        (date(2015, 3, 12), ["shan.ming20150312"]),
        (date(2015, 3, 13), []),
        (date(2015, 3, 3), []),
    ],
)
def test_month_and_day_are_swapped_where_either_could_be_the_month(born: date, expected: list[str]) -> None:
    record = ChildIdentity(name="单明", birth_dates=(born,))
    assert [text for _, text in texts(record, "p.swap")] == expected


@pytest.mark.parametrize(
    ("regions", "counties", "prefectures"),
    [
        (("990203",), ["990203"], ["9902"]),
        (("990203", "990204"), ["990203", "990204"], ["9902"]),
        (("990200",), [], ["9902"]),
        (("990000",), [], []),
        ((), [], []),
    ],
)
def test_codes_of_whole_prefectures_are_no_counties(
    regions: tuple[str, ...], counties: list[str], prefectures: list[str]
) -> None:
    record = ChildIdentity(name="明", birth_dates=(date(2015, 3, 7),), regions=regions)
    assert [text[1:] for _, text in texts(record, "n.r6")] == counties
    assert [text[5:] for _, text in texts(record, "n.y.r4")] == prefectures


@pytest.mark.parametrize(
    ("sex", "citizen_id", "code"),
    [("female", CITIZEN_ID, "2"), (None, CITIZEN_ID, "1"), (None, number(sequence="002"), "2"),
     ("unknown", CITIZEN_ID, "1"), ("male", None, "1"), (None, None, "")],
)  # fmt: skip
def test_the_declared_sex_counts_before_the_numbers(sex: str | None, citizen_id: CitizenId | None, code: str) -> None:
    assert key_attributes(ChildIdentity(citizen_id=citizen_id, sex=sex)).sex == code


def test_oprf_input() -> None:
    assert LinkageKey(KeyType.P_D, "shan.ming20150307").oprf_input() == b"p.d\x1fshan.ming20150307"
    assert LinkageKey(KeyType.ID, "990101150307001").oprf_input() == b"id\x1f990101150307001"
    flagged = LinkageKey(KeyType.ID, "990101150307001", is_flagged=True)
    assert flagged.oprf_input() == b"id\x1f990101150307001"


def test_a_relation_is_no_evidence() -> None:
    record = ChildIdentity(citizen_id=CITIZEN_ID, name="单明", guardian=GUARDIAN)
    assert GUARDIAN.citizen_id is not None
    assert relation_keys(GUARDIAN.citizen_id) == (LinkageKey(KeyType.GUARDIAN, "990101720305004"),)
    assert relation_keys_of_record(record) == relation_keys(GUARDIAN.citizen_id)
    assert relation_keys_of_record(ChildIdentity(citizen_id=CITIZEN_ID)) == ()
    assert KeyType.GUARDIAN not in {key.key_type for key in linkage_keys(record)}


def test_the_key_types_are_those_of_the_agreed_set() -> None:
    key_set = load_key_set("G")
    assert key_set.id == LINKAGE_SCHEMA == "G/1"
    assert set(KEY_TYPE_CODES) == set(KeyType)
    assert [defined.name for defined in key_set.evidence] == [k.value for k in KeyType if k is not KeyType.GUARDIAN]


numbers = st.builds(
    lambda region, on, sequence: number(f"99{region:04}", f"{on:%Y%m%d}", f"{sequence:03}"),
    st.integers(0, 9999), st.dates(date(1990, 1, 1), TODAY), st.integers(0, 999),
)  # fmt: skip
names = st.none() | st.text(max_size=12) | st.text("单曾晓明买艾·• ＡbＺ氷閆", max_size=8)
identities = st.builds(
    ChildIdentity,
    citizen_id=st.none() | numbers,
    repaired_ids=st.lists(numbers, max_size=3).map(tuple),
    name=names,
    birth_dates=st.lists(st.dates(date(1900, 1, 1), date(2100, 12, 31)), max_size=3).map(tuple),
    sex=st.sampled_from([None, "male", "female", "unknown"]),
    regions=st.lists(st.integers(990000, 990310).map(str), max_size=3).map(tuple),
    guardian=st.builds(
        GuardianIdentity, st.none() | numbers, names, st.none() | st.integers(13000000000, 19999999999).map(str)
    ),
)

# What each text is made of, as the specification writes it; a name is Han characters and lower-case letters.
NAME, SYLLABLES = r"[a-z\u3007\u3400-\u9fff\U00020000-\U000323af]+", r"[^\x00-\x20./0-9A-Z]+(\.[^\x00-\x20./0-9A-Z]+)*"
DAY, YEAR, CORE = r"[0-9]{8}", r"[0-9]{4}", r"[0-9]{15}"
SHAPES = {
    "id": CORE, "p.d": SYLLABLES + DAY, "g.d": SYLLABLES + DAY, "g1.d": SYLLABLES + DAY,
    "s1.d.r4": SYLLABLES + DAY + "99[0-9]{2}", "p.ym": SYLLABLES + "[0-9]{6}", "p.md": SYLLABLES + "[0-9]{4}",
    "p.swap": SYLLABLES + DAY, "n.y.r4": NAME + YEAR + "99[0-9]{2}", "n.r6": NAME + "99[0-9]{4}",
    "r6.d.x": "99[0-9]{4}" + DAY + "[12]", "gi.d": CORE + DAY, "ph.d": "1[0-9]{10}" + DAY,
    "gn.p": SYLLABLES + "/" + SYLLABLES, "gn.d": SYLLABLES + DAY,
}  # fmt: skip


@given(identities)
def test_keys_hold_normalised_text_alone_and_each_stands_once(identity: ChildIdentity) -> None:
    keys = linkage_keys(identity)
    assert len({(key.key_type, key.text) for key in keys}) == len(keys)
    for key in keys:
        assert re.fullmatch(SHAPES[key.key_type], key.text)
        assert key.oprf_input().count(b"\x1f") == 1
        assert key.text not in repr(key)


@given(identities)
def test_flags_are_those_of_the_key_set(identity: ChildIdentity) -> None:
    flags = {defined.name: defined.flag for defined in load_key_set("G").key_types}
    assert all(flags[key.key_type] for key in linkage_keys(identity) if key.is_flagged)


@given(identities)
def test_the_order_in_which_a_record_says_things_makes_no_difference(identity: ChildIdentity) -> None:
    turned = ChildIdentity(
        citizen_id=identity.citizen_id,
        repaired_ids=identity.repaired_ids[::-1],
        name=identity.name,
        birth_dates=identity.birth_dates[::-1],
        sex=identity.sex,
        regions=identity.regions[::-1],
        guardian=identity.guardian,
    )
    assert set(linkage_keys(turned)) == set(linkage_keys(identity))


def test_repr_of_an_identity_shows_nothing() -> None:
    identity = ChildIdentity(
        citizen_id=CITIZEN_ID, name="单晓明", birth_dates=(date(2015, 3, 7),), sex="male", regions=("990101",)
    )
    assert repr(identity) == "ChildIdentity(redacted)"
    assert repr(GUARDIAN) == "GuardianIdentity(redacted)"
    assert repr(key_attributes(identity)) == "KeyAttributes(redacted)"


def test_age() -> None:
    assert age_in_years(date(2008, 3, 5), TODAY) == 18
    assert age_in_years(date(2008, 3, 6), TODAY) == 17
    assert age_in_years(date(2008, 2, 29), date(2026, 2, 28)) == 17
    assert age_in_years(date(2008, 2, 29), date(2026, 3, 1)) == 18
