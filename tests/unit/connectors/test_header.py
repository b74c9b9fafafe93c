"""The header is found by its content, however an office lays it out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sources.errors import SourceError
from connectors.sources.header import find_header, plain_label

WANTED = (("姓名",), ("性别",), ("身份证号", "公民身份号码"), ("父亲/姓名",))
TITLE = ["花名册", "", "", "", ""]
UNIT = ["填报单位：某县", "", "", "填报日期：2026年3月", ""]
TOP = ["序号", "姓名", "性别", "公民身份号码", "父亲", ""]
BELOW = ["", "", "", "", "姓名", "电话"]
DATA = [1.0, "甲乙", "男", "x", "丙丁", "1"]
MERGES = [(2, 4, 2, 5), (2, 0, 3, 0), (2, 1, 3, 1)]


@pytest.mark.parametrize("merges", [MERGES, []], ids=["merged cells", "blank cells, as in CSV"])
def test_a_group_header_names_the_columns_below_it(merges):
    header = find_header([TITLE, UNIT, [], TOP, BELOW, DATA], WANTED, [(a + 1, b, c + 1, d) for a, b, c, d in merges])
    assert header.positions == {"姓名": 1, "性别": 2, "公民身份号码": 3, "父亲/姓名": 4}
    assert header.first_data_row == 5


def test_a_column_of_its_own_goes_before_one_of_the_same_name_in_a_group():
    header = find_header([BELOW[:0], TOP, BELOW, DATA], WANTED)
    assert header.positions["姓名"] == 1


def test_the_name_alone_is_enough_when_no_other_column_has_it():
    header = find_header([["儿童", "", "", "父亲"], ["姓名", "性别", "身份证号", "电话"]], (*WANTED[:3], ("电话",)))
    assert header.positions == {"姓名": 0, "性别": 1, "身份证号": 2, "电话": 3}


def test_a_group_above_tells_two_columns_of_the_same_name_apart():
    groups = ["儿童", "", "", "父亲", ""]
    labels = ["姓名", "性别", "身份证号", "姓名", "身份证号"]
    wanted = (("儿童/姓名",), ("儿童/身份证号",), ("父亲/姓名",), ("性别",))
    header = find_header([groups, labels], wanted)
    assert header.positions == {"儿童/姓名": 0, "儿童/身份证号": 2, "父亲/姓名": 3, "性别": 1}
    with pytest.raises(SourceError, match="several columns") as refused:
        find_header([groups, labels], (("姓名",), ("性别",), ("身份证号",)))
    assert (refused.value.code, refused.value.column) == ("column_ambiguous", "姓名")


def test_a_group_that_no_mapping_names_still_sets_its_columns_apart():
    groups = ["", "", "", "监护人", ""]
    labels = ["姓名", "性别", "身份证号", "姓名", "身份证号"]
    header = find_header([TITLE, groups, labels], WANTED[:3])
    assert header.positions == {"姓名": 0, "性别": 1, "身份证号": 2}


def test_a_data_row_is_not_taken_for_a_second_header_row():
    header = find_header([["姓名", "性别", "与儿童关系", "父亲/姓名"], ["甲", "男", "父亲", "乙"]], WANTED)
    assert header.first_data_row == 1


def test_three_mapped_columns_are_needed_or_all_where_fewer_are_mapped():
    assert find_header([["姓名", "性别"]], (("姓名",), ("性别",))).first_data_row == 1
    with pytest.raises(SourceError, match="no header"):
        find_header([["姓名", "性别", "备注"]], WANTED)


def test_a_header_far_below_the_top_is_not_looked_for():
    with pytest.raises(SourceError, match="no header"):
        find_header([[""]] * 20 + [TOP, BELOW], WANTED)


@given(
    st.lists(st.sampled_from(["序号", "备注", "民族", "电话"]), max_size=6),
    st.permutations(["姓名", "性别", "身份证号"]),
)
def test_the_order_and_number_of_other_columns_does_not_matter(others, mapped):
    labels = [*others, *mapped]
    header = find_header([TITLE, labels], WANTED)
    assert {labels[at] for at in header.positions.values()} == set(mapped)


@given(st.text(max_size=20))
def test_labels_are_compared_in_one_form(text):
    assert plain_label(plain_label(text)) in {plain_label(text), plain_label(plain_label(text))}
    assert plain_label(f" {text}\n") == plain_label(text)


def test_blanks_line_breaks_width_and_notes_do_not_matter():
    assert {
        plain_label(t) for t in ("身份证号", " 身份证\n号 ", "身份证号（文本）", "*身份证号：", "身份证号(18位)")
    } == {"身份证号"}
    assert plain_label("(文本)") == "(文本)"
    assert plain_label(5.0) == ""
