"""What holds for every page of the officer's console: who may see it, headers, forms, and errors that quote nothing."""

import os
from io import BytesIO
from uuid import UUID

import pytest
from flask import Blueprint, Flask
from werkzeug.routing import Rule

import connectors.web.app
from connectors.console.context import Console
from connectors.console.roles import PERMISSIONS, Permission, Role, permissions_of, workflow_roles_of
from connectors.gateway_client import GatewayUnreachableError
from connectors.settings import SettingsError
from connectors.web.app import MemoryRequest, create_console_app
from connectors.web.declared import UndeclaredRouteError, admits_everybody, declarations
from connectors.web.navigation import HOME, WAYS
from connectors.web.signed_in import requires_sign_in, requires_visitor
from hosting.web.frame import MAX_NAVIGATION_ENTRIES
from hosting.web.secret_cookie import new_secret
from hosting.web.security import SECURITY_HEADERS
from schemas.problem import ProblemCode, ProblemError
from schemas.workflows.roles import WorkflowRole
from tests.unit.connectors.web.office_desk import OfficeDesk

SECRET_TEXT = "990101201603150015"
ACCOUNT_PREFIX = "signed in: "
PUBLIC = {
    "frame.stylesheet": "everybody",
    "host.begin": "everybody",
    "host.health": "everybody",
    "missing.show": "visitor",
    "sign_in.show": "visitor",
    "sign_in.send": "visitor",
    "sign_in.language": "visitor",
    "own_account.show_password": "signed in: anybody",
    "own_account.send_password": "signed in: anybody",
    "own_account.sign_out": "signed in: anybody",
}


_NOTHING = {"IntegerConverter": 1, "UUIDConverter": UUID("0b7a6f1e-4a52-4a7c-9f4e-0f0f0f0f0f0f")}


def _address(app: Flask, rule: Rule) -> str:
    """Return an address of the rule; what its parameters name does not exist."""
    values: dict[str, object] = {}
    for name in rule.arguments:
        converter = rule._converters[name]
        kind = type(converter).__name__
        values[name] = _NOTHING.get(kind, "no-such-thing")
    with app.test_request_context("/"):
        return app.url_map.bind("localhost").build(rule.endpoint, values)


def _pages(app: Flask) -> list[tuple[str, str, str]]:
    """Return method, address and permission of every page that one has to sign in for with a permission."""
    declared = declarations(app)
    return [
        (method, _address(app, rule), declared[rule.endpoint].removeprefix(ACCOUNT_PREFIX))
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in PUBLIC
        for method in sorted((rule.methods or set()) & {"GET", "POST"})
    ]


@pytest.mark.parametrize("role", sorted(Role))
def test_every_role_opens_what_it_may_and_nothing_else(desk: OfficeDesk, role: Role) -> None:
    browser = desk.browser(role)
    allowed = {str(permission) for permission in permissions_of({role})}
    for method, address, permission in _pages(desk.app):
        answer = browser.client.get(address) if method == "GET" else browser.post(address)
        if permission in allowed:
            assert "您的角色不能这样做" not in answer.text or answer.status_code != 403, (method, address)
            assert answer.status_code < 500, (method, address)
        elif address == HOME:  # leads to the page that the role has instead
            assert answer.status_code == 303, role
        else:
            assert answer.status_code == 403, (method, address, permission)
            assert "您的角色不能这样做" in answer.text
        for name, value in SECURITY_HEADERS.items():
            assert answer.headers[name] == value, address
        assert "<script" not in answer.text, address
        assert "style=" not in answer.text, address


def test_only_these_pages_need_no_permission(desk: OfficeDesk) -> None:
    declared = declarations(desk.app)
    without = {endpoint: text for endpoint, text in declared.items() if text not in _with_permission()}
    assert without == PUBLIC


def _with_permission() -> set[str]:
    return {f"{ACCOUNT_PREFIX}{permission}" for permission in Permission}


def test_without_a_session_every_page_leads_to_the_sign_in(desk: OfficeDesk) -> None:
    for client in (desk.app.test_client(), desk.browser_with(new_secret(os.urandom)).client):
        for method, address, _ in _pages(desk.app):
            if method == "GET":
                answer = client.get(f"{address}?a=b")
                assert answer.status_code == 303, address
                assert answer.headers["Location"].startswith(f"/desk/sign-in?next={address}")


def test_a_form_that_is_not_ours_is_refused_on_every_page(desk: OfficeDesk) -> None:
    seen = set()
    for role in Role:
        client, allowed = desk.browser(role).client, {str(one) for one in permissions_of({role})}
        for method, address, permission in _pages(desk.app):
            if method == "POST" and permission in allowed:
                assert "没有做任何改动" in client.post(address).text, address
                seen.add(address)
    assert seen == {address for method, address, _ in _pages(desk.app) if method == "POST"}


@pytest.mark.parametrize("admit", [None, admits_everybody])
def test_a_route_without_a_permission_fails_the_application(
    desk: OfficeDesk, monkeypatch: pytest.MonkeyPatch, admit: object
) -> None:
    forgetful = Blueprint("forgetful", __name__)
    forgetful.add_url_rule("/desk/forgotten", "show", lambda: SECRET_TEXT)
    if admit is not None:
        requires_sign_in(admits_everybody(forgetful), desk.console, Permission.ASK)  # two say two things

    def register(app: Flask, console: Console) -> None:
        app.register_blueprint(forgetful)

    monkeypatch.setattr(connectors.web.app, "register_pages", register)
    with pytest.raises(UndeclaredRouteError, match=r"forgetful\.show"):
        create_console_app(desk.console)


def test_a_route_outside_of_any_blueprint_fails_too(desk: OfficeDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    def register(app: Flask, console: Console) -> None:
        app.add_url_rule("/desk/loose", "loose", lambda: SECRET_TEXT)

    monkeypatch.setattr(connectors.web.app, "register_pages", register)
    with pytest.raises(UndeclaredRouteError, match="loose"):
        create_console_app(desk.console)


def test_faults_quote_nothing(
    desk: OfficeDesk, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    faulty = Blueprint("faulty", __name__, url_prefix="/desk/faulty", template_folder="templates")
    errors = {
        "unforeseen": (ValueError(SECRET_TEXT), 500, "已记录出错的位置"),
        "unreachable": (GatewayUnreachableError(SECRET_TEXT), 503, "网关暂时连不上"),
        "no_data": (SettingsError(SECRET_TEXT), 409, "本单位没有接入数据"),
        "refused": (ProblemError(ProblemCode.AGREEMENT_NOT_ACTIVE, clause="state"), 403, "[state]"),
    }

    def fail(name: str) -> str:
        raise errors[name][0]

    faulty.add_url_rule("/<name>", "fail", fail)
    real = connectors.web.app.register_pages

    def register(app: Flask, console: Console) -> None:
        real(app, console)
        app.register_blueprint(requires_visitor(faulty, console))

    monkeypatch.setattr(connectors.web.app, "register_pages", register)
    client = create_console_app(desk.console).test_client()
    for name, (_, status, sentence) in errors.items():
        answer = client.get(f"/desk/faulty/{name}")
        assert answer.status_code == status
        assert sentence in answer.text
        assert SECRET_TEXT not in answer.text
    assert SECRET_TEXT not in caplog.text
    assert "unforeseen ValueError at faulty.fail" in caplog.text


def test_an_uploaded_file_rests_in_memory(desk: OfficeDesk) -> None:
    content = b"x" * 2_000_000
    head = b'--cut\r\nContent-Disposition: form-data; name="file"; filename="roster.xlsx"\r\n\r\n'
    body = head + content + b"\r\n--cut--\r\n"
    kind = "multipart/form-data; boundary=cut"
    with desk.app.test_request_context("/desk/", method="POST", data=body, content_type=kind) as context:
        assert isinstance(context.request, MemoryRequest)
        file = context.request.files["file"]
        assert isinstance(file.stream, BytesIO)
        assert file.read() == content


def test_ways_lead_where_the_account_may_go(desk: OfficeDesk) -> None:
    for role in Role:
        shown = [way for way in WAYS if way.address_for(desk.account(role)) is not None]
        assert 0 < len(shown) <= MAX_NAVIGATION_ENTRIES, role
    addresses = {address: permission for method, address, permission in _pages(desk.app) if method == "GET"}
    for way in WAYS:
        for address, permission in way.pages:
            assert addresses[address] == permission
    for role in set(Role) - {Role.VILLAGE_DIRECTOR}:
        page = desk.browser(role).client.get("/desk/").text
        for way in WAYS:
            address = way.address_for(desk.account(role))
            assert (f'<a href="{address}"' in page) == (address is not None)


def test_who_may_report_visits_alone_is_led_there_and_nowhere_else(desk: OfficeDesk) -> None:
    browser = desk.browser(Role.VILLAGE_DIRECTOR)
    assert browser.client.get("/desk/").headers["Location"] == "/desk/visits"
    page = browser.client.get("/desk/visits").text
    assert "报告入户走访" in page
    assert "/desk/items" not in page


def test_the_ribbon_says_that_one_stands_inside_the_agency(desk: OfficeDesk) -> None:
    page = desk.browser(Role.QUERY_OFFICER).client.get("/desk/").text
    assert "本单位内部 · 可见本单位儿童姓名" in page
    assert "童安县残疾人联合会" in page
    assert "现在没有需要您办理的事项" in page
    english = desk.browser(Role.QUERY_OFFICER).client
    english.set_cookie("language", "en")
    assert "Nothing waits for you now" in english.get("/desk/").text


def test_who_asks_does_not_administer() -> None:
    for role in Role:
        assert Permission.MANAGE_ACCOUNTS in PERMISSIONS[role] or role is not Role.ADMINISTRATOR
    questions = {
        Permission.ASK,
        Permission.SEE_QUESTIONS,
        Permission.APPROVE_QUESTIONS,
        Permission.REVIEW_MATCHES,
        Permission.SEE_REFERRALS,
        Permission.OPEN_REFERRALS,
        Permission.TAKE_REPORTS,
        Permission.SEE_DROPOUTS,
        Permission.TRIAGE_DROPOUTS,
        Permission.KEEP_LEDGERS,
    }
    assert not PERMISSIONS[Role.ADMINISTRATOR] & questions
    assert PERMISSIONS[Role.VILLAGE_DIRECTOR] == {Permission.REPORT_VISIT}
    assert Permission.ASK not in PERMISSIONS[Role.APPROVER]
    assert PERMISSIONS[Role.SUPERVISOR] == {Permission.SEE_OVERVIEW, Permission.SEE_REFERRALS}
    assert [role for role in Role if Permission.FLAG_DROPOUT in PERMISSIONS[role]] == [Role.SCHOOL_USER]
    assert [role for role in Role if Permission.TRIAGE_DROPOUTS in PERMISSIONS[role]] == [Role.CASE_OWNER]


def test_every_part_in_a_workflow_is_some_account_s() -> None:
    assert workflow_roles_of(Role) == set(WorkflowRole)
    assert workflow_roles_of([Role.APPROVER, Role.DUTY_OFFICER]) == {WorkflowRole.DUTY_OFFICER}
