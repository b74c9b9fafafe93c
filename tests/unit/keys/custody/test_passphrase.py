"""Where a passphrase comes from, in which order, and which are refused."""

import os
import threading
import unicodedata

import pytest

from keys.custody.errors import PassphraseError
from keys.custody.passphrase import encode_passphrase, obtain_passphrase

VARIABLE = "TONGXIN_KEY_PASSPHRASE"
GOOD = "twelve chars"


def write(path, text, mode=0o600):
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(mode)
    return path


def test_the_file_goes_before_the_variable_and_the_variable_before_the_prompt(tmp_path):
    file = write(tmp_path / "p", "from the file")
    environment = {VARIABLE: "from the variable"}
    assert obtain_passphrase(file, environment, VARIABLE, lambda: "from the prompt") == "from the file"
    assert obtain_passphrase(None, environment, VARIABLE, lambda: "from the prompt") == "from the variable"
    assert obtain_passphrase(None, {}, VARIABLE, lambda: "from the prompt") == "from the prompt"


def test_a_bad_way_is_not_passed_over(tmp_path):
    with pytest.raises(PassphraseError):
        obtain_passphrase(tmp_path / "missing", {VARIABLE: GOOD}, VARIABLE, lambda: GOOD)
    with pytest.raises(PassphraseError):
        obtain_passphrase(None, {VARIABLE: ""}, VARIABLE, lambda: GOOD)


def test_without_any_way_the_error_names_all_three():
    with pytest.raises(PassphraseError) as caught:
        obtain_passphrase(None, {}, VARIABLE, None)
    for word in ("口令文件", VARIABLE, "终端", "passphrase file", "terminal"):
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (GOOD, GOOD),
        (GOOD + "\n", GOOD),
        (GOOD + "\r\n", GOOD),
        (GOOD + "\n\n", GOOD + "\n"),
        (GOOD + "\r", GOOD + "\r"),
        (GOOD + " \n", GOOD + " "),
        ("\n" + GOOD, "\n" + GOOD),
        ("十二个字的口令够长了吗好", "十二个字的口令够长了吗好"),
        ("x" * 1024 + "\n", "x" * 1024),
        ("童" * 1024, "童" * 1024),
    ],
)
def test_exactly_one_newline_is_dropped(tmp_path, written, meant):
    assert obtain_passphrase(write(tmp_path / "p", written), {}, VARIABLE, None) == meant
    assert obtain_passphrase(None, {VARIABLE: written}, VARIABLE, None) == meant
    assert obtain_passphrase(None, {}, VARIABLE, lambda: written) == meant


@pytest.mark.parametrize("text", ["", "\n", "marker-2345", "marker-2345\n", "marker" * 171, "\udcff" * 12])
def test_empty_short_long_and_invalid_ones_are_refused_unquoted(text):
    with pytest.raises(PassphraseError) as caught:
        obtain_passphrase(None, {VARIABLE: text}, VARIABLE, None)
    assert "marker" not in str(caught.value)
    assert "\udcff" not in str(caught.value)


@pytest.mark.parametrize("content", [b"\xff\xfe marker not utf-8", b"marker-----" * 1000])
def test_files_that_are_no_passphrase_are_refused_unquoted(tmp_path, content):
    with pytest.raises(PassphraseError) as caught:
        obtain_passphrase(write(tmp_path / "p", content), {}, VARIABLE, None)
    assert "marker" not in str(caught.value)


@pytest.mark.parametrize("mode", [0o604, 0o602, 0o644, 0o601])
def test_a_file_that_everybody_can_reach_is_refused_with_the_command_that_mends_it(tmp_path, mode):
    file = write(tmp_path / "p", GOOD, mode)
    with pytest.raises(PassphraseError, match="chmod o= "):
        obtain_passphrase(file, {}, VARIABLE, None)


def test_a_group_may_read_it_and_a_link_may_lead_to_it(tmp_path):
    file = write(tmp_path / "p", GOOD, 0o440)
    (tmp_path / "link").symlink_to(file)
    assert obtain_passphrase(tmp_path / "link", {}, VARIABLE, None) == GOOD


def test_a_pipe_of_the_shell_is_read(tmp_path):
    os.mkfifo(tmp_path / "pipe", 0o600)
    writer = threading.Thread(target=(tmp_path / "pipe").write_text, args=(GOOD + "\n",))
    writer.start()
    assert obtain_passphrase(tmp_path / "pipe", {}, VARIABLE, None) == GOOD
    writer.join()


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(PassphraseError):
        obtain_passphrase(tmp_path, {}, VARIABLE, None)


def test_every_keyboard_gives_the_same_bytes():
    composed, decomposed = "passé composé", unicodedata.normalize("NFD", "passé composé")
    assert composed != decomposed
    assert encode_passphrase(composed) == encode_passphrase(decomposed)
