"""From a row of an office's register to the letter for the guardian, on real servers; the name stays in the office."""

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from docx import Document
from sqlalchemy import select

from connectors.accounting.find_child import get_child
from connectors.cli.main import main
from connectors.console.account import Account as ConsoleAccount
from connectors.console.actions import Action
from connectors.console.context import Console
from connectors.console.record import list_record
from connectors.console.roles import Role as ConsoleRole
from connectors.register import open_register
from connectors.state.database import reading
from connectors.state.tables import release, released_record
from connectors.web.app import create_console_app
from demo.province import Agency
from demo.scenario.cast import PASSPHRASE
from gateway.bootstrap import open_gateway
from gateway.domain.account import Account
from gateway.domain.child_accounting import Access
from gateway.domain.roles import Role
from gateway.domain.stated_reason import ReasonCode, StatedReason
from gateway.services.account_for_child import (
    ChildQuestion,
    UnreasonedReviewError,
    account_for_child,
    make_accounting,
)
from gateway.services.context import Gateway
from gateway.settings import DATABASE_FILE
from schemas.base64url import encode_base64url
from schemas.messages.accounting import AccessKind, SignedAccounting
from tests.scene import Scene
from tests.unit.connectors.desk.desk_pages import Browser, browser_of

PURPOSE = "P04"
AUDITOR = Account("auditor-1", "监督员", frozenset({Role.OVERSIGHT_AUDITOR}))
REASON = StatedReason(ReasonCode.SUBJECT_REQUEST, "监护人书面申请", "app-7")


@pytest.fixture(scope="module")
def gateway(scene: Scene) -> Iterator[Gateway]:
    with open_gateway(scene.stage.gateway_folder, PASSPHRASE) as opened:
        yield opened


@pytest.fixture(scope="module")
def handle(scene: Scene) -> str:
    """The handle, in the index of today, of a child with an ID number whose attributes were released."""
    scene.ask(PURPOSE)
    is_answered = released_record.c.refused.is_(None)
    is_of_today = release.c.agreement == scene.agreements[PURPOSE].digest()
    query = select(released_record.c.handle).join(release).where(is_answered, is_of_today)
    connector = scene.session(Agency.DISABLED_FEDERATION).connector
    with reading(connector.state) as connection:
        newest = connection.execute(query.order_by(release.c.released_at.desc())).scalars()
        handles = [encode_base64url(handle) for handle in newest]
    register = open_register(connector)
    return next(handle for handle in handles if get_child(connector, register, handle).identity.citizen_id)


def _run(scene: Scene, *arguments: str, agency: Agency = Agency.DISABLED_FEDERATION) -> Result:
    folder = scene.stage.desks[agency].folder
    options = ["--folder", str(folder), "accounting", *arguments]
    return CliRunner().invoke(main, options, env={**os.environ, "TONGXIN_PASSPHRASE": PASSPHRASE})


def _question(scene: Scene, *handles: str) -> ChildQuestion:
    provider = scene.session(Agency.DISABLED_FEDERATION).connector.agency
    return ChildQuestion(provider, handles, REASON)


def _signed(gateway: Gateway, scene: Scene, handle: str, folder: Path) -> tuple[Path, tuple[Access, ...]]:
    question = _question(scene, handle)
    found = account_for_child(gateway, AUDITOR, question)
    made = make_accounting(gateway, AUDITOR, question, [access.place for access in found], "")
    file = folder / "accounting.json"
    file.write_bytes(made.data)
    return file, found


def _name(scene: Scene, handle: str) -> str:
    connector = scene.session(Agency.DISABLED_FEDERATION).connector
    return get_child(connector, open_register(connector), handle).identity.name or ""


def test_a_row_leads_to_its_handles_and_back(scene: Scene, handle: str) -> None:
    connector = scene.session(Agency.DISABLED_FEDERATION).connector
    child = get_child(connector, open_register(connector), handle)
    result = _run(scene, "find", "--row", str(child.row_number))
    assert result.exit_code == 0, result.output
    assert handle in result.output.split()
    assert "没有可用的" in _run(scene, "find", "--row", "9999999").output


def test_every_access_is_accounted_for(scene: Scene, gateway: Gateway, handle: str) -> None:
    found = account_for_child(gateway, AUDITOR, _question(scene, handle))
    requester = scene.session(Agency.CIVIL_AFFAIRS).connector.agency
    assert {access.kind for access in found} >= {AccessKind.COMPARED}
    assert {AccessKind.RELEASED, AccessKind.PARTLY_RELEASED} & {access.kind for access in found}
    assert {(access.requester, access.purpose) for access in found} == {(requester, PURPOSE)}
    other = ChildQuestion(requester, (handle,), REASON)
    assert account_for_child(gateway, AUDITOR, other) == ()


def test_an_agency_auditor_sees_only_what_the_agency_is_party_to(scene: Scene, gateway: Gateway, handle: str) -> None:
    for agency, sees in ((Agency.CIVIL_AFFAIRS, True), (Agency.EDUCATION, False)):
        account = Account("a", "乙", frozenset({Role.AGENCY_AUDITOR}), scene.session(agency).connector.agency)
        assert bool(account_for_child(gateway, account, _question(scene, handle))) is sees


@pytest.mark.parametrize(("language", "head"), [("zh", "个人信息查询情况告知书"), ("en", "Accounting of requests")])
def test_the_letter_bears_the_name_and_the_accesses(
    scene: Scene, gateway: Gateway, handle: str, tmp_path: Path, language: str, head: str
) -> None:
    file, found = _signed(gateway, scene, handle, tmp_path)
    out = tmp_path / "letter.docx"
    result = _run(scene, "letter", handle, "--accounting", str(file), "--out", str(out), "--language", language)
    assert result.exit_code == 0, result.output
    document = Document(str(out))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    name = _name(scene, handle)
    assert name
    assert name in text
    assert head in text
    assert name not in result.output
    (table,) = document.tables
    assert len(table.rows) == len(found) + 1
    whole = text + "".join(cell.text for row in table.rows for cell in row.cells)
    assert scene.plan(PURPOSE) is not None
    assert "officer" not in whole.lower().replace("officers", "")
    assert out.stat().st_mode & 0o077 == 0
    again = _run(scene, "letter", handle, "--accounting", str(file), "--out", str(out))
    assert "exists already" in again.output


def test_no_name_reaches_the_gateway(scene: Scene, gateway: Gateway, handle: str, tmp_path: Path) -> None:
    file, _ = _signed(gateway, scene, handle, tmp_path)
    name = _name(scene, handle)
    assert name.encode() not in file.read_bytes()
    database = scene.stage.gateway_folder / DATABASE_FILE
    stored = b"".join(path.read_bytes() for path in database.parent.glob(f"{DATABASE_FILE}*"))
    assert name.encode() not in stored
    with closing(sqlite3.connect(database)) as connection:
        texts = "\n".join(connection.iterdump())
    assert name not in texts


def test_a_forged_accounting_makes_no_letter(scene: Scene, gateway: Gateway, handle: str, tmp_path: Path) -> None:
    file, _ = _signed(gateway, scene, handle, tmp_path)
    signed = SignedAccounting.from_bytes(file.read_bytes(), 2**20)
    shortened = signed.accounting.model_copy(update={"accesses": ()})
    file.write_bytes(signed.model_copy(update={"accounting": shortened}).to_bytes())
    result = _run(scene, "letter", handle, "--accounting", str(file), "--out", str(tmp_path / "letter.docx"))
    assert result.exit_code != 0
    assert "签名无效" in result.output
    file.write_bytes(b"{}")
    assert (
        "不是网关签名的清单"
        in _run(scene, "letter", handle, "--accounting", str(file), "--out", str(tmp_path / "letter.docx")).output
    )


def test_another_child_or_agency_makes_no_letter(scene: Scene, gateway: Gateway, handle: str, tmp_path: Path) -> None:
    file, _ = _signed(gateway, scene, handle, tmp_path)
    arguments = ("--accounting", str(file), "--out", str(tmp_path / "letter.docx"))
    assert "不是这一代号的" in _run(scene, "letter", "A" * 22, *arguments).output
    assert "另一单位" in _run(scene, "letter", handle, *arguments, agency=Agency.EDUCATION).output


def test_what_is_withheld_leaves_no_trace(scene: Scene, gateway: Gateway, handle: str) -> None:
    question = _question(scene, handle)
    found = account_for_child(gateway, AUDITOR, question)
    with pytest.raises(UnreasonedReviewError):
        make_accounting(gateway, AUDITOR, question, [], "")
    made = make_accounting(gateway, AUDITOR, question, [], "监护人正在接受调查")
    assert (made.told, made.withheld) == (0, len(found))
    signed = SignedAccounting.from_bytes(made.data, 2**20)
    assert signed.accounting.accesses == ()
    assert set(signed.accounting.model_dump()) == {"gateway", "provider", "handles", "made_at", "accesses"}


@pytest.fixture(scope="module")
def steward(scene: Scene) -> Browser:
    """The data steward's browser at the console of the agency that was asked."""
    session = scene.session(Agency.DISABLED_FEDERATION)
    console = Console(session.connector, session.trust, session.client)
    account = ConsoleAccount("steward", "王安", frozenset({ConsoleRole.DATA_STEWARD}))
    return browser_of(create_console_app(console), console, account)


def test_the_steward_finds_the_child_and_makes_the_letter_on_pages(
    scene: Scene, gateway: Gateway, handle: str, tmp_path: Path, steward: Browser
) -> None:
    connector = scene.session(Agency.DISABLED_FEDERATION).connector
    child = get_child(connector, open_register(connector), handle)
    name, number, row = child.identity.name, child.identity.citizen_id, child.row_number
    assert name is not None
    assert number is not None
    for sought in (name, number.text):
        assert f'href="/desk/accounting/rows/{row}"' in _seek(steward, sought)
    page = steward.get(f"/desk/accounting/rows/{row}")
    assert handle in page
    assert name in page
    assert number.text not in page
    assert "已答复" in page
    file, found = _signed(gateway, scene, handle, tmp_path)
    shown = _hand_in(steward, page, row, file.read_bytes(), "show")
    assert f"共 {len(found)} 次查询" in shown
    assert "仅比对" in shown
    for wanted, head in (("letter_zh", "个人信息查询情况告知书"), ("letter_en", "Accounting of requests")):
        _hand_in(steward, page, row, file.read_bytes(), wanted)
        assert steward.seen is not None
        document = Document(BytesIO(steward.seen.get_data()))
        text = "\n".join(paragraph.text for paragraph in document.paragraphs)
        assert head in text
        assert name in text
    with reading(connector.state) as connection:
        lines = list_record(connection, account="steward")
    actions = [line.action for line in lines if line.action is not Action.PASSWORD_REPLACED]
    assert actions[:3] == [Action.LETTER_WRITTEN, Action.ACCOUNTING_VIEWED, Action.CHILD_ACCOUNT_VIEWED]
    assert {line.subject for line in lines if line.action is Action.LETTER_WRITTEN} == {handle}
    assert all(text not in repr(lines) for text in (name, number.text))


def test_the_pages_take_no_forged_accounting_and_no_other_childs(
    scene: Scene, gateway: Gateway, handle: str, tmp_path: Path, steward: Browser
) -> None:
    connector = scene.session(Agency.DISABLED_FEDERATION).connector
    row = get_child(connector, open_register(connector), handle).row_number
    page = steward.get(f"/desk/accounting/rows/{row}")
    file, _ = _signed(gateway, scene, handle, tmp_path)
    signed = SignedAccounting.from_bytes(file.read_bytes(), 2**20)
    shortened = signed.accounting.model_copy(update={"accesses": ()})
    forged = signed.model_copy(update={"accounting": shortened}).to_bytes()
    other = next(record for record in open_register(connector).records() if record.row_number != row)
    for data, of_row, words in (
        (b"{}", row, "不是网关签名的清单"),
        (forged, row, "签名无效"),
        (file.read_bytes(), other.row_number, "不是这名儿童的"),
    ):
        for wanted in ("show", "letter_zh"):
            assert words in _hand_in(steward, page, of_row, data, wanted)
            assert steward.status == 422


def test_what_is_sought_must_be_whole(steward: Browser) -> None:
    assert "没有这个姓名" in _seek(steward, "赵")
    assert "请填写完整" in _seek(steward, " ")
    assert "请填写完整" in _seek(steward, "赵" * 61)
    steward.get("/desk/accounting/rows/9999999")
    assert steward.status == 404


def _seek(browser: Browser, sought: str) -> str:
    return browser.post("/desk/accounting", {"sought": sought}, browser.get("/desk/accounting"))


def _hand_in(browser: Browser, page: str, row: int, data: bytes, wanted: str) -> str:
    token = re.findall(r'name="form_token" value="([^"]+)"', page)[0]
    form = {"form_token": token, "wanted": wanted, "file": (BytesIO(data), "accounting.json")}
    browser.seen = browser.client.post(f"/desk/accounting/rows/{row}", data=form)
    return browser.seen.get_data().decode(errors="replace")
