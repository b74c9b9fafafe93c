"""Known links are read strictly; a mistake is named by its line, and nothing of the file is quoted."""

import traceback

import pytest

from connectors.rehearsal import links_file
from connectors.rehearsal.links_file import LinksError, read_links


def write(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_links_are_pairs_of_locators(tmp_path, encoding):
    path = write(tmp_path / "l.csv", 'a,b\r\n5,7\r\n5,"x,1"\r\n', encoding)
    assert read_links(path) == (("5", "7"), ("5", "x,1"))


def test_there_may_be_no_right_link_at_all(tmp_path):
    assert read_links(write(tmp_path / "l.csv", "a,b\n")) == ()


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("", "header", None),
        ("agency,locator,child\neducation,5,1\n", "header", None),
        ("b,a\n5,7\n", "header", None),
        ("a,b\n5,7\n\n", "malformed", 3),
        ("a,b\ncanary\n", "malformed", 2),
        ("a,b\n5,7,canary\n", "malformed", 2),
        ("a,b\n5,\n", "malformed", 2),
        ("a,b\n" + "canary" * 40 + ",7\n", "malformed", 2),
        ("a,b\n5,7\ncanary,8\n5,7\n", "twice", 4),
        ('a,b\n"canary,7\n', "malformed", None),
    ],
)
def test_mistakes_are_named(tmp_path, text, code, line):
    with pytest.raises(LinksError) as refused:
        read_links(write(tmp_path / "l.csv", text))
    assert (refused.value.code, refused.value.line) == (code, line)
    assert "canary" not in "".join(traceback.format_exception(refused.value))


def test_other_encodings_and_missing_files_are_refused(tmp_path):
    with pytest.raises(LinksError, match="malformed"):
        read_links(write(tmp_path / "l.csv", "a,b\n5,行\n", "gb18030"))
    with pytest.raises(LinksError, match="no such file"):
        read_links(tmp_path / "none.csv")


@pytest.mark.parametrize("limit", ["MAX_LINKS_BYTES", "MAX_LINKS"])
def test_limits(tmp_path, monkeypatch, limit):
    monkeypatch.setattr(links_file, limit, 1)
    with pytest.raises(LinksError, match="too large"):
        read_links(write(tmp_path / "l.csv", "a,b\n1,1\n2,2\n"))
