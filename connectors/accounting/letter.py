"""The letter to the guardian as a document (Office Open XML): who asked about the child, when and what for.

It bears no officer's name (CJEU C-579/21) and nothing of what is withheld; it never leaves the agency but on paper.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Final

from docx import Document
from docx.document import Document as DocumentObject
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from connectors.context import OFFICE_ZONE
from schemas.attribute_catalogue import load_attributes
from schemas.faults import Wording
from schemas.messages.accounting import AccessKind, AccountedAccess, Accounting
from schemas.purpose_catalogue import load_purposes

FONT: Final = "仿宋"
TITLE: Final = Wording("个人信息查询情况告知书", "Accounting of requests about a child")
HEADS: Final = (
    Wording("序号", "No."),
    Wording("日期", "Date"),
    Wording("查询单位", "Asking agency"),
    Wording("用途", "Purpose"),
    Wording("提供的信息项", "Attributes released"),
)
COLUMN_WIDTHS: Final = (Cm(1.2), Cm(2.8), Cm(4.2), Cm(4.2), Cm(4.6))
NOTHING: Final = Wording("截至制作之日，没有可以告知的查询。", "Up to this day there is no request to tell of.")
RESULTS: Final = {
    AccessKind.COMPARED: Wording("仅比对，未提供信息项", "compared only, nothing released"),
    AccessKind.REFUSED: Wording("未提供", "not released"),
}
PARTLY: Final = Wording("（与其他儿童一并查询，可能未提供）", " (asked together with others; perhaps not released)")
OPENING: Final = Wording(
    "您好。根据《中华人民共和国个人信息保护法》第四十四条、第四十五条，现将通过数据共享网关查询上述儿童信息的情况告知如下。"
    "查询只返回用途所需的最少信息项，不提供档案本身。",
    "Under articles 44 and 45 of the Personal Information Protection Law we tell you which requests about this child"
    " came through the data sharing gateway. A request returns the least that its purpose needs, never the file.",
)
BY_BOARD: Final = Wording(
    "民政部门核实孤儿和事实无人抚养儿童（用途 P03）时，由本单位查明父母是谁，各部门只合在一起回答是否符合条件。"
    "网关不知道所问的是哪名儿童，因此这类查询不在上表之内；需要了解的，请向民政部门询问。",
    "When civil affairs finds out about orphans and de facto unattended children (purpose P03), this agency finds the"
    " parents, and all offices answer together and only whether the conditions are met. The gateway does not know which"
    " child is asked about, so that these requests are not in the table: ask the civil affairs department about them.",
)
OBJECTING: Final = Wording(
    "如您认为上述查询有误、无必要，或者信息不准确，可以自收到本告知书之日起向本单位书面提出异议，要求更正、补充、删除或者说明处理规则"
    "（个人信息保护法第四十六条至第四十九条）；也可以向网信部门或者本单位的上级机关投诉、举报（第六十五条）。"
    "依法需要保密，或者告知会妨碍保护未成年人的，法律另有规定。",
    "If you think that a request was wrong or needless, or that something is not correct, object to this agency in"
    " writing: you may have it corrected, completed, erased or explained (articles 46 to 49). You may also complain to"
    " the cyberspace administration or to this agency's superior (article 65). The law makes exceptions where secrecy"
    " is demanded, or where telling would hinder the protection of minors.",
)


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter says. `agency_name` maps an agency's id to its full name.

    `is_from_resolver`: whether this agency names parents for purpose P03, of which the gateway knows no child.
    """

    accounting: Accounting
    child_name: str = field(repr=False)
    agency_name: Callable[[str], Wording]
    written_on: date
    language: str = "zh"
    is_from_resolver: bool = False

    def say(self, words: Wording) -> str:
        """Return the words in the letter's language."""
        return words.en if self.language == "en" else words.zh

    def say_day(self, on: date) -> str:
        """Return a day in the letter's language."""
        return f"{on.day} {on:%B %Y}" if self.language == "en" else f"{on.year}年{on.month}月{on.day}日"


def letter_bytes(letter: Letter) -> bytes:
    """Return the letter as the content of a file."""
    content = BytesIO()
    _make_document(letter).save(content)
    return content.getvalue()


def write_letter(path: Path, letter: Letter) -> None:
    """Write the letter to a new file that its owner alone can read.

    Raises:
        FileExistsError: there is a file of this name already.
    """
    content = letter_bytes(letter)
    path.touch(mode=0o600, exist_ok=False)
    path.write_bytes(content)


def _make_document(letter: Letter) -> DocumentObject:
    document: DocumentObject = Document()
    _set_font(document)
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = title.add_run(letter.say(TITLE))
    run.bold, run.font.size = True, Pt(20)
    document.add_paragraph(letter.say(Wording(f"儿童姓名：{letter.child_name}", f"Child: {letter.child_name}")))
    document.add_paragraph(
        letter.say(Wording("致：其父母或者其他监护人", "To: the child's parents or other guardians"))
    )
    document.add_paragraph(letter.say(OPENING))
    if letter.accounting.accesses:
        _add_table(document, letter)
    else:
        document.add_paragraph(letter.say(NOTHING))
    if letter.is_from_resolver:
        document.add_paragraph(letter.say(BY_BOARD))
    document.add_paragraph(letter.say(OBJECTING))
    _add_end(document, letter)
    return document


def _set_font(document: DocumentObject) -> None:
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(14)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)


def _add_table(document: DocumentObject, letter: Letter) -> None:
    table = document.add_table(rows=1, cols=len(HEADS), style="Table Grid")
    table.autofit = False
    _fill(table.rows[0].cells, [letter.say(head) for head in HEADS])
    for place, access in enumerate(letter.accounting.accesses, 1):
        on = datetime.fromtimestamp(access.at, OFFICE_ZONE).date()
        words = [
            str(place),
            letter.say_day(on),
            letter.say(letter.agency_name(access.requester)),
            letter.say(_purpose(access.purpose)),
            _result(letter, access),
        ]
        _fill(table.add_row().cells, words)


def _fill(cells: tuple[object, ...], texts: list[str]) -> None:
    for cell, text, width in zip(cells, texts, COLUMN_WIDTHS, strict=True):
        cell.text, cell.width = text, width  # type: ignore[attr-defined]
        for paragraph in cell.paragraphs:  # type: ignore[attr-defined]
            for run in paragraph.runs:
                run.font.size = Pt(11)


def _purpose(purpose: str) -> Wording:
    known = load_purposes().get(purpose)
    return Wording(purpose, purpose) if known is None else Wording(known.name_zh, known.name_en)


def _result(letter: Letter, access: AccountedAccess) -> str:
    if access.kind in RESULTS:
        return letter.say(RESULTS[access.kind])
    known = load_attributes()
    names = [
        letter.say(Wording(known[name].name_zh, known[name].name_en)) if name in known else name
        for name in access.attributes
    ]
    partly = letter.say(PARTLY) if access.kind is AccessKind.PARTLY_RELEASED else ""
    return letter.say(Wording("、", ", ")).join(names) + partly


def _add_end(document: DocumentObject, letter: Letter) -> None:
    sender = letter.say(letter.agency_name(letter.accounting.provider))
    for text in (sender, letter.say(Wording("（盖章）", "(Seal)")), letter.say_day(letter.written_on)):
        document.add_paragraph(text).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    made_on = datetime.fromtimestamp(letter.accounting.made_at, OFFICE_ZONE).date()
    source = document.add_paragraph()
    run = source.add_run(
        letter.say(
            Wording(
                f"依据网关 {letter.accounting.gateway} 于{letter.say_day(made_on)}签名的清单制作，清单摘要：",
                f"From the accounting that {letter.accounting.gateway} signed on {letter.say_day(made_on)}, digest: ",
            )
        )
        + letter.accounting.digest()
    )
    run.font.size = Pt(9)
