"""The accounting for one child: seek it in the register, see what was asked, check the gateway's list, the letter."""

from functools import partial
from io import BytesIO
from typing import Final

from flask import Blueprint, abort, make_response, render_template, request, send_file
from werkzeug import Response

from connectors.accounting.check_accounting import REFUSALS
from connectors.accounting.find_child import RowNotFoundError
from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.desk.child_accounting import (
    MAX_SOUGHT_CHARACTERS,
    MOST_FOUND,
    ChildAccount,
    FoundChild,
    OtherChildError,
    check_accounting,
    make_letter,
    open_account,
    seek_children,
)
from connectors.desk.purposes_for import name_agency
from connectors.settings import SettingsError
from connectors.sources.errors import SourceError
from connectors.web.signed_in import PREFIX, requires_sign_in, signed_in
from hosting.web.language import Text, choose
from hosting.web.listing import Column
from hosting.web.signed_in import MAX_FORM_BYTES
from keys.protocol.accounting import AccountingError
from schemas.attribute_catalogue import load_attributes
from schemas.messages.accounting import MAX_ACCOUNTING_BYTES, AccessKind, Accounting
from schemas.purpose_catalogue import load_purposes

ANSWER_COLUMNS: Final = (
    Column(Text("时间", "Time")),
    Column(Text("谁来查询", "Asked by")),
    Column(Text("用途", "Purpose")),
    Column(Text("查询的内容", "What was asked")),
    Column(Text("答复", "Answer")),
    Column(Text("回执", "Receipt")),
)
ACCESS_COLUMNS: Final = (
    Column(Text("时间", "Time")),
    Column(Text("谁来查询", "Asked by")),
    Column(Text("用途", "Purpose")),
    Column(Text("结果", "Result")),
    Column(Text("提供的信息项", "Attributes")),
)
KIND_WORDS: Final = {
    AccessKind.COMPARED: (Text("仅比对", "compared only"), "neutral"),
    AccessKind.RELEASED: (Text("已提供", "released"), "good"),
    AccessKind.PARTLY_RELEASED: (Text("部分提供", "partly released"), "warning"),
    AccessKind.REFUSED: (Text("未提供", "not released"), "bad"),
}
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LETTERS: Final = {"letter_zh": "zh", "letter_en": "en"}
NO_REGISTER: Final = Text(
    "登记册读不到，请到“台账—数据状况”查看。", "The register can't be read: see the state of the data."
)
NOBODY: Final = Text(
    "登记册中没有这个姓名或证件号；须与登记册完全一致。",
    "Nobody in the register has this name or number; it must be the same to the letter.",
)


def accounting_pages(console: Console) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("accounting", __name__, url_prefix=f"{PREFIX}/accounting")
    for path, name, view, method in (
        ("", "show", _show, "GET"),
        ("", "seek", _seek, "POST"),
        ("/rows/<int:row>", "show_child", _show_child, "GET"),
        ("/rows/<int:row>", "check", _check, "POST"),
    ):
        blueprint.add_url_rule(path, name, partial(view, console), methods=[method])
    largest = MAX_ACCOUNTING_BYTES + MAX_FORM_BYTES
    return requires_sign_in(blueprint, console, Permission.SEE_ASKED_OF_US, largest)


def _show(console: Console) -> str:
    del console
    return _seek_page(None, {})


def _seek(console: Console) -> Response:
    sought = request.form.get("sought", "").strip()
    if not 0 < len(sought) <= MAX_SOUGHT_CHARACTERS:
        words = Text("请填写完整姓名或证件号", "Type the whole name or ID number")
        return make_response(_seek_page(None, {"sought": choose(words)}), 422)
    try:
        found = seek_children(console, signed_in().account.id, sought)
    except (SettingsError, SourceError):
        return make_response(_seek_page(None, {"sought": choose(NO_REGISTER)}), 422)
    return make_response(_seek_page(found, {} if found else {"sought": choose(NOBODY)}))


def _seek_page(found: list[FoundChild] | None, errors: dict[str, str]) -> str:
    return render_template("accounting/seek.html", found=found, most=MOST_FOUND, errors=errors)


def _show_child(console: Console, row: int) -> str:
    return _child_page(console, _open_or_404(console, row), None, {})


def _check(console: Console, row: int) -> Response:
    child, file = _open_or_404(console, row), request.files.get("file")
    if file is None or not file.filename:
        return _refuse(console, child, Text("请选择审计台签名的清单", "Choose the accounting that the console signed"))
    account, wanted = signed_in().account.id, request.form.get("wanted", "")
    try:
        checked = check_accounting(console, account, child, file.stream.read(MAX_ACCOUNTING_BYTES + 1))
        if wanted not in LETTERS:
            return make_response(_child_page(console, child, checked, {}))
        letter = make_letter(console, account, child, checked, LETTERS[wanted])
    except AccountingError as error:
        return _refuse(console, child, REFUSALS[error.reason])
    except OtherChildError:
        return _refuse(console, child, Text("清单不是这名儿童的", "The accounting is about another child"))
    except RowNotFoundError:
        return _refuse(console, child, Text("登记册这一行没有姓名", "The register's row holds no name"))
    name = f"accounting-row-{row}-{console.connector.today():%Y%m%d}.docx"
    return send_file(BytesIO(letter), DOCX, as_attachment=True, download_name=name, max_age=0)


def _refuse(console: Console, child: ChildAccount, sentence: Text) -> Response:
    return make_response(_child_page(console, child, None, {"file": choose(sentence)}), 422)


def _open_or_404(console: Console, row: int) -> ChildAccount:
    try:
        return open_account(console, signed_in().account.id, row)
    except (RowNotFoundError, SettingsError, SourceError):
        abort(404)


def _name_attribute(id_: str) -> Text:
    """Return an attribute's name; its id where the catalogue no longer has it."""
    known = load_attributes().get(id_)
    return Text(id_, id_) if known is None else Text(known.name_zh, known.name_en)


def _child_page(console: Console, child: ChildAccount, accounting: Accounting | None, errors: dict[str, str]) -> str:
    purposes = load_purposes()
    return render_template(
        "accounting/child.html",
        child=child.child,
        handles=child.handles,
        answers=child.answers,
        accounting=accounting,
        answer_columns=ANSWER_COLUMNS,
        access_columns=ACCESS_COLUMNS,
        kinds=KIND_WORDS,
        name_attribute=_name_attribute,
        name_agency=partial(name_agency, console),
        purposes=purposes,
        errors=errors,
    )
