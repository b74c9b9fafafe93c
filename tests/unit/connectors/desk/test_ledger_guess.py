"""Header, data set and columns are found by the words that offices use, wherever the header stands."""

from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.agencies import agency_of
from connectors.civil_affairs import CHILDREN_REGISTER
from connectors.desk.ledger_file import Sheet
from connectors.desk.ledger_guess import guess_columns, guess_ledger, header_digest, missing_fields, names_of
from connectors.education import DROPOUT_LEDGER, STUDENT_REGISTER
from connectors.guardian_roster import GUARDIAN_ROSTER
from connectors.query_roster import QUERY_ROSTER
from connectors.sources.errors import SourceError
from connectors.sources.identity_parts import GUARDIAN_PARTS

DATA_SETS = agency_of("education").data_sets


def sheet_of(*rows):
    return Sheet("台账", rows, (), 0, max(map(len, rows), default=0), len(rows) + 5)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_each_data_set_is_found_by_any_of_its_names_in_any_order(data):
    data_set = data.draw(st.sampled_from([STUDENT_REGISTER, DROPOUT_LEDGER]))
    fields = [one for one in data_set.fields if one.part not in GUARDIAN_PARTS]
    named = {}
    for one in fields:
        free = [name for name in names_of(one) if name not in named.values()]
        named[one.name] = data.draw(st.sampled_from(free))
    header = data.draw(st.permutations(sorted(named.values())))
    titles = [("某县某表",)] * data.draw(st.integers(0, 3))
    guess = guess_ledger([sheet_of(*titles, tuple(header))], DATA_SETS)
    assert guess.first_data_row == len(titles) + 1
    assert guess.labels == tuple(header)
    assert len(set(guess.columns.values())) == len(guess.columns)
    for name, at in guess.columns.items():
        field = next(one for one in guess.data_set.fields if one.name == name)
        assert header[at] in names_of(field)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (("学生姓名", "性别", "出生日期", "身份证件号", "首次缺勤日期", "状态"), DROPOUT_LEDGER),
        (("全国学籍号", "学生姓名", "性别", "学籍状态", "学段"), STUDENT_REGISTER),
        (("姓名", "公民身份号码"), QUERY_ROSTER),
        (("监护人姓名", "监护人公民身份号码"), GUARDIAN_ROSTER),
    ],
)
def test_the_data_set_that_fits_best(header, expected):
    guess = guess_ledger([sheet_of(header)], DATA_SETS)
    assert guess.data_set.name in {expected.name, "dropout_ledger"} if expected is QUERY_ROSTER else expected.name
    assert not missing_fields(guess.data_set, guess.columns)


def test_data_of_guardians_is_read_only_on_purpose():
    labels = ("儿童姓名", "公民身份号码", "监护人姓名", "监护人身份号码")
    assert guess_columns(labels, CHILDREN_REGISTER) == {"name": 0, "citizen_id": 1}


def test_two_columns_with_one_name_are_told_apart_by_their_letters_and_not_guessed():
    guess = guess_ledger([sheet_of(("姓名", "姓名", "性别", "出生日期", "身份证号"))], [QUERY_ROSTER])
    assert guess.labels[:2] == ("姓名(A列)", "姓名(B列)")
    assert "name" not in guess.columns
    assert set(guess.columns) == {"sex", "birth_date", "citizen_id"}


def test_a_sheet_without_a_header_is_passed_over():
    guess = guess_ledger([sheet_of(("说明", "请勿修改")), sheet_of(("姓名", "性别", "身份证号"))], [QUERY_ROSTER])
    assert guess.columns == {"name": 0, "sex": 1, "citizen_id": 2}
    with pytest.raises(SourceError) as refused:
        guess_ledger([sheet_of(("说明", "请勿修改"))], DATA_SETS)
    assert refused.value.code == "header_not_found"


def test_another_order_is_another_header():
    numbers = count()
    digests = {header_digest(labels): next(numbers) for labels in (("a", "b"), ("b", "a"), ("ab",))}
    assert len(digests) == 3
