"""Code lists: complete, unambiguous, and lenient only about the words that are listed."""

import pytest

from schemas import child_categories, codes
from schemas.child_categories import CHILD_CATEGORY, CategoryGroup, ChildCategory, category_group
from schemas.code_table import CodeError, CodeTable, CodeWords
from schemas.codes import DISABILITY_GRADE, DROPOUT_STATUS, SEX, STAGE, Sex

TABLES = [
    table for module in (codes, child_categories) for table in vars(module).values() if isinstance(table, CodeTable)
]


@pytest.mark.parametrize("table", TABLES)
def test_tables_are_complete_and_read_their_own_names(table: CodeTable[Sex]) -> None:
    enum = type(next(iter(table.words)))
    assert set(table.words) == set(enum)
    for code, words in table.words.items():
        assert words.zh
        assert words.en
        assert {table.parse(word) for word in (code.value, words.zh, words.en, *words.also)} == {code}


def test_words_that_offices_write() -> None:
    assert {SEX.parse(cell) for cell in ("男", " 男 ", "1", 1, 1.0, "１", "男性", "M")} == {Sex.MALE}
    assert {SEX.parse(cell) for cell in ("女", "2", 2, "女童")} == {Sex.FEMALE}
    assert DISABILITY_GRADE.parse("Ⅱ级") == "2"
    assert STAGE.parse("幼儿园") == "pre"
    assert DROPOUT_STATUS.parse("疑似辍学") == "suspected"


@pytest.mark.parametrize(
    ("cell", "code"),
    [(None, "empty"), ("", "empty"), (" ", "empty"), ("3", "unknown_code"), (1.5, "unknown_code"),
     (True, "unknown_code"), ("男女", "unknown_code"), ("男" * 65, "unknown_code")],
)  # fmt: skip
def test_unknown_words_are_refused(cell: str | float | None, code: str) -> None:
    with pytest.raises(CodeError) as caught:
        SEX.parse(cell)
    assert caught.value.code == code
    assert "男" not in f"{caught.value} {caught.value!r}"


def test_a_word_may_not_stand_for_two_codes() -> None:
    with pytest.raises(ValueError, match="two codes"):
        CodeTable({Sex.MALE: CodeWords("男", "x"), Sex.FEMALE: CodeWords("女", "y", ("男",))})


def test_group_of_categories() -> None:
    assert category_group([]) == CategoryGroup.NONE
    assert category_group([ChildCategory.MIGRANT]) == CategoryGroup.NONE
    assert category_group([CHILD_CATEGORY.parse("低保")]) == CategoryGroup.LIVING
    assert category_group([ChildCategory.LOW_INCOME, ChildCategory.ORPHAN]) == CategoryGroup.GUARDIANSHIP
    assert {category_group([category]) for category in ChildCategory} == set(CategoryGroup)
