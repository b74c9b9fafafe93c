import pytest

from hosting.accounts.password_rules import PasswordError, PasswordFault, check_new_password


@pytest.mark.parametrize("new", ["四棵老槐树下的风筝一九八七", "correct horse battery", "x7" * 3 + "abcdef"])
def test_long_and_not_obvious_is_enough(new: str) -> None:
    check_new_password("li.hua", "the one before", new)


@pytest.mark.parametrize(
    ("new", "fault"),
    [
        ("short", PasswordFault.LENGTH),
        ("x" * 129, PasswordFault.LENGTH),
        ("twelve\tletters", PasswordFault.LENGTH),
        ("the one before", PasswordFault.SAME),
        ("Li.Hua and more", PasswordFault.OBVIOUS),
        ("121212121212", PasswordFault.OBVIOUS),
    ],
)
def test_what_is_refused(new: str, fault: PasswordFault) -> None:
    with pytest.raises(PasswordError) as caught:
        check_new_password("li.hua", "the one before", new)
    assert caught.value.code is fault
    assert new not in str(caught.value)
    assert set(PasswordError.wordings) == set(PasswordFault)
