"""Names: the ways in which one name is written agree; surnames are read as surnames."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypinyin import lazy_pinyin

from schemas.person_name import (
    MAX_NAME_LENGTH,
    PersonNameError,
    normalise_name,
    pinyin_syllables,
)
from schemas.plain_characters import make_plain
from schemas.surname_readings import COMPOUND_SURNAMES, SURNAMES


def syllables(text: str) -> str:
    return ".".join(pinyin_syllables(normalise_name(text)))


@pytest.mark.parametrize(
    "written",
    ["艾则孜买买提", "艾则孜·买买提", "艾则孜•买买提", "艾则孜.买买提", "艾则孜．买买提", "艾则孜‧买买提",
     "艾则孜・买买提", "艾则孜-买买提", " 艾则孜 买买提 ", "艾则孜\u3000买买提", "艾则孜*买买提", "艾则孜?买买提",
     "艾则孜\u00b7\u200b买买提\ufeff"],
)  # fmt: skip
def test_every_way_to_write_it_agrees(written: str) -> None:
    assert normalise_name(written).text == "艾则孜买买提"


@pytest.mark.parametrize(
    ("name", "expected"),
    [("单晓明", "shan.xiao.ming"), ("曾小红", "zeng.xiao.hong"), ("仇英", "qiu.ying"), ("解放", "xie.fang"),
     ("任远", "ren.yuan"), ("覃海", "qin.hai"), ("区明", "ou.ming"), ("查理", "zha.li"), ("盖平", "ge.ping"),
     ("尉迟明", "yu.chi.ming"), ("尉明", "wei.ming"), ("万俟云", "mo.qi.yun"), ("万云", "wan.yun"),
     ("吕布", "lv.bu"), ("李区", "li.qu"), ("小单", "xiao.dan"), ("𠮷田", "ji.tian"), ("〇一", "ling.yi"),
     ("卜算", "bu.suan"), ("长孙明", "zhang.sun.ming"), ("王乾", "wang.qian"), ("𪩘田", "yan.tian"),
     ("𪛖田", "𪛖.tian"), ("王煇", "wang.hui"), ("王𪸩", "wang.hui"),
     ("次仁卓玛", "ci.ren.zhuo.ma"), ("阿卜杜拉·买买提", "a.bo.du.la.mai.mai.ti"), ("罗桑·丹增", "luo.sang.dan.zeng")],
)  # fmt: skip
def test_syllables(name: str, expected: str) -> None:
    assert syllables(name) == expected


def test_latin_letters_are_one_syllable_a_run() -> None:
    assert syllables("Zhang San") == "zhangsan"
    assert syllables("李Ming") == "li.ming"
    assert syllables("Ａｂ李") == "ab.li"


def test_umlaut_is_v_and_accents_go() -> None:
    assert syllables("Lü") == syllables("LǙ") == syllables("吕") == "lv"
    assert syllables("Zhāng") == "zhang"


@pytest.mark.parametrize(
    ("written", "plain"),
    [("單曉紅", "单晓红"), ("張偉", "张伟"), ("蕭紅", "萧红"), ("肖红", "萧红"), ("闫肃", "阎肃"), ("閆肅", "阎肃"),
     ("閻肅", "阎肃"), ("付雷", "傅雷"), ("傅雷", "傅雷"), ("於谦", "于谦"), ("氷心", "冰心"), ("国强", "国强"),
     ("囯強", "国强"), ("國强", "国强"), ("登峯", "登峰"), ("髙吴", "高吴"), ("高呉", "高吴"), ("高吳", "高吴"),
     ("薴", "苎"), ("張乾", "张乾"), ("亁坤", "乾坤"), ("頴", "颖"), ("穎", "颖"), ("艾則孜·買買提", "艾则孜买买提"),
     ("Ｚｈāng 單", "zhang单"), ("⼈民", "人民"), ("樂", "乐")],
)  # fmt: skip
def test_traditional_and_variant_characters_become_plain(written: str, plain: str) -> None:
    assert normalise_name(written).text == plain


def test_every_character_has_one_plain_form_that_stays() -> None:
    ranges = (range(0x3400, 0xA000), range(0x20000, 0x323B0))
    for character in (chr(code) for codes in ranges for code in codes):
        plain = make_plain(character)
        assert make_plain(plain) == plain
        assert len(plain) == 1


def test_variants_stand_once_and_for_another_character() -> None:
    lines = Path("schemas/names/variants.txt").read_text("utf-8").splitlines()
    pairs = [pair for line in lines if not line.startswith("#") for pair in line.split()]
    assert all(len(pair) == 2 for pair in pairs)
    assert len({pair[0] for pair in pairs}) == len(pairs) > 150
    assert [pair for pair in pairs if pair[0] == pair[1]] == ["乾乾"]
    assert all(make_plain(pair[0]) == make_plain(pair[1]) == pair[1] for pair in pairs)


@pytest.mark.parametrize(
    ("text", "code"),
    [(None, "empty"), ("", "empty"), (" \u3000\t", "empty"), ("·", "no_letters"), ("***", "no_letters"),
     ("123", "no_letters"), ("张" * 51, "too_long"), ("ﷺ" * 50, "no_letters"), ("㎢" * 26, "too_long")],
)  # fmt: skip
def test_refused(text: str | None, code: str) -> None:
    with pytest.raises(PersonNameError) as caught:
        normalise_name(text)
    assert caught.value.code == code


@given(st.text(max_size=60) | st.text("單閆肖薴頴𠮷乾ＡǙ·•　", max_size=12))
def test_normalised_names_stay_as_they_are(text: str) -> None:
    try:
        name = normalise_name(text)
    except PersonNameError:
        return
    assert normalise_name(name.text) == name
    assert 0 < len(name.text) <= MAX_NAME_LENGTH
    assert all(part and "." not in part for part in pinyin_syllables(name))


def test_repr_shows_nothing() -> None:
    assert repr(normalise_name("单晓明")) == "NormalisedName()"


def test_surname_tables_hold_only_what_differs() -> None:
    for written, reading in {**{c: (r,) for c, r in SURNAMES.items()}, **COMPOUND_SURNAMES}.items():
        plain = tuple(lazy_pinyin(c)[0] for c in written)
        assert plain != reading, written
