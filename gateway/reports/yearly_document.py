"""The evidence pack for the yearly audit of minors' data as a document (.docx), Chinese with English beside."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, BinaryIO, Final

from docx import Document
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from gateway.alerts.closing import CLOSINGS, Closing
from gateway.alerts.rule import load_rules
from gateway.domain.budgets import LEGAL_ZONE
from gateway.reports.entry_words import attribute_words, both, event_words, purpose_words, reason_words
from gateway.reports.monthly_figures import READING_TYPES, VOLUME_TYPES
from gateway.reports.monthly_workbook import agency_words
from gateway.reports.yearly_facts import LEGAL_GROUNDS, YearlyFacts
from schemas.agreement_words import STATE_WORDS
from schemas.purpose_catalogue import load_purposes

_FONT: Final = "Noto Sans CJK SC"


def write_yearly(sink: BinaryIO, facts: YearlyFacts) -> None:
    """Write the document; it holds counts, codes and hashes and no personal value."""
    document = Document()
    _set_up(document)
    document.add_heading(f"未成年人个人信息保护合规审计证据材料（{facts.year} 年）", 0)
    document.add_paragraph(f"Evidence for the yearly audit of minors' personal information, {facts.year}")
    document.add_paragraph(f"{both(facts.gateway)}　{facts.made_on:%Y-%m-%d}")
    for section in (_law, _purposes, _agreements, _volumes, _retention, _alerts, _reading, _integrity, _seal):
        section(document, facts)
    document.save(sink)


def _law(document: Any, _facts: YearlyFacts) -> None:
    _heading(document, "一、依据", "1. Legal basis")
    _table(document, ("文件和条款 / instrument", "要求 / what it asks"), ((name, both(w)) for name, w in LEGAL_GROUNDS))
    document.add_paragraph("条文以国家法律法规数据库为准。 / The official database of laws prevails.")


def _purposes(document: Any, facts: YearlyFacts) -> None:
    _heading(document, "二、用途", "2. Purposes")
    used = {fact.purpose for fact in facts.agreements} | set(facts.figures.purposes)
    rows = [
        (
            f"{purpose.id} {purpose.name_zh} / {purpose.name_en}",
            "；".join(f"{basis.instrument} {basis.article or ''}".strip() for basis in purpose.legal_basis),
        )
        for purpose in load_purposes().values()
        if purpose.id in used
    ]
    _table(document, ("用途 / purpose", "法律依据 / legal basis"), rows)


def _agreements(document: Any, facts: YearlyFacts) -> None:
    _heading(document, "三、共享协议", "3. Agreements")
    rows = [
        (
            fact.purpose,
            both(agency_words(facts.names, fact.requester)),
            both(agency_words(facts.names, fact.provider)),
            "、".join(both(attribute_words(name)) for name in fact.attributes),
            f"{_day(fact.valid_from)} – {_day(fact.valid_until)}",
            both(STATE_WORDS[fact.state]),
        )
        for fact in facts.agreements
    ]
    heads = (
        "用途",
        "需求部门 / requester",
        "提供部门 / provider",
        "信息项 / attributes",
        "期限 / period",
        "状态 / state",
    )
    _table(document, heads, rows)


def _volumes(document: Any, facts: YearlyFacts) -> None:
    _heading(document, "四、请求、答复和拒绝", "4. Requests, answers and refusals")
    figures = facts.figures
    rows = [
        (
            f"{purpose} {both(purpose_words(purpose))}",
            *(f"{figures.volumes.get((purpose, one), 0):,}" for one in VOLUME_TYPES),
        )
        for purpose in figures.purposes
    ]
    _table(document, ("用途 / purpose", *(both(event_words(one)) for one in VOLUME_TYPES)), rows)
    refused = [(both(reason_words(reason)), f"{count:,}") for reason, count in figures.refusals]
    _table(document, ("拒绝原因 / reason of refusal", "次数 / number"), refused)
    document.add_paragraph(
        f"紧急调用 {figures.emergencies:,} 次，人工复核 {figures.reviews:,} 次。 / "
        f"{figures.emergencies:,} emergency requests, {figures.reviews:,} decisions of reviewers."
    )


def _retention(document: Any, facts: YearlyFacts) -> None:
    _heading(document, "五、保存期限", "5. Retention")
    used = {fact.purpose for fact in facts.agreements} | set(facts.figures.purposes)
    rows = [
        (purpose.id, f"{purpose.retention_days:,} 天 / days", f"{purpose.record_days:,} 天 / days")
        for purpose in load_purposes().values()
        if purpose.id in used
    ]
    _table(document, ("用途 / purpose", "答复 / answers", "使用记录 / records of use"), rows)


def _alerts(document: Any, facts: YearlyFacts) -> None:
    _heading(document, "六、预警和处置结论", "6. Alerts and findings")
    rows = [
        (_rule_name(rule), _finding_name(finding), f"{count:,}")
        for (rule, finding), count in sorted(facts.figures.alerts.items())
    ]
    _table(document, ("规则 / rule", "结论 / finding", "数量 / number"), rows)


def _reading(document: Any, facts: YearlyFacts) -> None:
    _heading(document, "七、对日志的查阅", "7. Reading of the log")
    rows = [(both(event_words(one)), f"{facts.figures.reading.get(one, 0):,}") for one in READING_TYPES]
    _table(document, ("行为 / what", "次数 / number"), rows)


def _integrity(document: Any, facts: YearlyFacts) -> None:
    _heading(document, "八、日志完整性", "8. Integrity of the log")
    shards = [(one.origin, f"{one.size:,}", one.root, _moment(one.signed_at)) for one in facts.shards]
    _table(document, ("日志 / log", "条目数 / size", "根哈希 / root (SHA-256)", "签署时间 / signed"), shards)
    witnesses = [
        (
            one.name,
            "—" if one.signed_at is None else _moment(one.signed_at),
            "迟 / late" if one.is_late else "按时 / in time",
        )
        for one in facts.witnesses
    ]
    _table(document, ("见证单位 / witness", "最近签名 / last signature", "状态 / state"), witnesses)
    document.add_paragraph(
        f"至少 {facts.quorum} 个单位签名方视为已见证。 / {facts.quorum} cosignatures at least make a tree witnessed."
        if facts.quorum
        else "尚未规定见证单位。 / No witnesses have been named yet."
    )
    document.add_paragraph(
        f"同附 {facts.bundle}（SHA-256：{facts.bundle_digest}）：全部日志条目及其证明，可离线核验，不含个人信息。"
        f" / Beside this document: {facts.bundle}, all entries with proofs, verifiable offline, nothing personal."
    )


def _seal(document: Any, _facts: YearlyFacts) -> None:
    document.add_paragraph()
    document.add_paragraph("填报单位（盖章）：　　　　　　　填表人：　　　　　　　复核人：　　　　　　　日期：")


def _heading(document: Any, zh: str, en: str) -> None:
    document.add_heading(f"{zh} / {en}", 1)


def _table(document: Any, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    table = document.add_table(rows=1, cols=len(headings), style="Table Grid")
    for cell, text in zip(table.rows[0].cells, headings, strict=True):
        cell.paragraphs[0].add_run(text).bold = True
    written = 0
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
        written += 1
    if not written:
        table.add_row().cells[0].text = "（无） / none"
    document.add_paragraph()


def _set_up(document: Any) -> None:
    style = document.styles["Normal"]
    style.font.name, style.font.size = _FONT, Pt(10.5)
    for name in ("Normal", "Heading 1", "Title"):
        document.styles[name].element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _FONT)
    for section in document.sections:
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2)


def _rule_name(code: str) -> str:
    rule = load_rules().get(code)
    return code if rule is None else f"{rule.title.zh} / {rule.title.en}"


def _finding_name(code: str) -> str:
    return both(CLOSINGS[Closing(code)]) if code else "未处置 / open"


def _day(at: datetime) -> str:
    return f"{at.astimezone(LEGAL_ZONE):%Y-%m-%d}"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(LEGAL_ZONE):%Y-%m-%d %H:%M}"
