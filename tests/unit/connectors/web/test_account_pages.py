"""The administrator's pages: an account is added, changed, disabled and given back, each told in the record."""

import re

from connectors.console.roles import Role
from hosting.accounts.accounts import get_account
from tests.unit.connectors.web.office_desk import OfficeDesk


def test_a_life_of_an_account(desk: OfficeDesk) -> None:
    administrator = desk.browser(Role.ADMINISTRATOR)
    added = administrator.post(
        "/desk/add-account", id="sun.li", name="孙 丽", roles=["school_user"], school=" 第一小学 "
    )
    assert added.status_code == 200
    assert "只显示这一次" in added.text
    assert re.search(r"[a-z2-9]{5}(-[a-z2-9]{5}){3}", added.text)
    assert get_account(desk.book, "sun.li").account.school == "第一小学"
    assert "sun.li" in administrator.client.get("/desk/accounts?sort=-state").text
    refused = administrator.post("/desk/accounts/sun.li/roles", roles=["approver"])
    assert refused.status_code == 422
    assert "只有学校用户填写学校" in refused.text
    granted = administrator.post("/desk/accounts/sun.li/roles", roles=["school_user", "case_owner"])
    assert granted.headers["Location"] == "/desk/accounts/sun.li?done=roles"
    assert "角色已更改" in administrator.client.get(granted.headers["Location"]).text
    assert "停用 孙 丽 的账号？" in administrator.client.get("/desk/accounts/sun.li/disable").text
    assert administrator.post("/desk/accounts/sun.li/disable").status_code == 303
    page = administrator.client.get("/desk/accounts/sun.li").text
    assert "已停用" in page
    assert "恢复并重置" in page
    assert "重置 孙 丽 的账号？" in administrator.client.get("/desk/accounts/sun.li/reset").text
    assert "账号已重置" in administrator.post("/desk/accounts/sun.li/reset").text
    assert not get_account(desk.book, "sun.li").is_disabled


def test_what_was_typed_is_not_lost(desk: OfficeDesk) -> None:
    administrator = desk.browser(Role.ADMINISTRATOR)
    for typed, field, sentence in (
        ({"id": "Sun Li", "name": "孙丽", "roles": ["approver"]}, "id", "登录名须以小写字母开头"),
        ({"id": "sun.er", "name": "", "roles": ["approver"]}, "name", "姓名须为"),
        ({"id": "sun.er", "name": "孙二", "roles": []}, "roles", "请至少选择一个角色"),
        ({"id": "sun.er", "name": "孙二", "roles": ["school_user"]}, "school", "须填写所在学校"),
        ({"id": "sun.er", "name": "孙二", "roles": ["administrator", "approver"]}, "roles", "不得兼任其他角色"),
    ):
        answer = administrator.post("/desk/add-account", **typed)
        assert answer.status_code == 422
        assert sentence in answer.text
        assert f'<a href="#field-{field}">' in answer.text
        assert f'value="{typed["name"]}"' in answer.text
        for role in typed["roles"]:
            assert re.search(rf'value="{role}" checked', answer.text)


def test_ones_own_account_is_for_somebody_else(desk: OfficeDesk) -> None:
    administrator = desk.browser(Role.ADMINISTRATOR)
    own = desk.account(Role.ADMINISTRATOR).id
    assert "须由另一位安全管理员办理" in administrator.client.get(f"/desk/accounts/{own}").text
    for change in ("roles", "disable", "reset"):
        answer = administrator.post(f"/desk/accounts/{own}/{change}", roles=["approver"])
        assert answer.status_code == 422
        assert "另一位安全管理员" in answer.text


def test_an_account_that_is_not_there(desk: OfficeDesk) -> None:
    administrator = desk.browser(Role.ADMINISTRATOR)
    for page in ("", "/disable", "/reset"):
        assert administrator.client.get(f"/desk/accounts/no.body{page}").status_code == 404


def test_a_password_is_replaced_by_its_owner(desk: OfficeDesk) -> None:
    steward = desk.browser(Role.DATA_STEWARD)
    typed = {
        "password": "wrong",
        "new_password": "a river with two names",
        "repeated_password": "a river with two names",
    }
    assert "当前密码不正确" in steward.post("/desk/password", **typed).text
    assert "不一致" in steward.post("/desk/password", **(typed | {"repeated_password": "other"})).text
    answer = steward.post("/desk/password", **(typed | {"password": "four old locust trees"}))
    assert answer.headers["Location"] == "/desk/"
    assert desk.browser_with(steward.token).client.get("/desk/").status_code == 303
