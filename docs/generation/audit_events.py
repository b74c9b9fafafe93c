"""The page of audit events: what is logged, what of it stays for ever, and who may read what."""

from docs.generation.markdown import both, code, codes, introduction, page, table
from gateway.log.event_catalogue import DECLARATIONS, may_disclose
from gateway.log.event_names import Audience, EventType, LeafMember, PersonalField


def audit_events_page() -> str:
    """Return the page: every event, then who may be handed which personal field."""
    rows = [_event_row(event) for event in EventType]
    disclosed = [
        (code(field.value), *("✓" if _ever(audience, field) else "—" for audience in Audience))
        for field in PersonalField
    ]
    return page(
        "审计事件 / Audit events",
        introduction("audit-events"),
        table(
            ("代码 code", "事件 event", "说明 meaning", "叶中明文 in the leaf", "仅摘要 digest only", "可读者 readers"),
            rows,
        ),
        "## 叶成员 / Leaf members",
        "叶中长期保存的成员 / What an event may state in the leaf, where it stays for ever: "
        + codes(member.value for member in LeafMember),
        "## 个人信息字段可向谁披露 / Who may be handed a personal field",
        "每次披露都要有理由，且本身写入日志。 / Every disclosure takes a reason and is itself logged.",
        table(("字段 field", *(code(audience.value) for audience in Audience)), disclosed),
    )


def _event_row(event: EventType) -> tuple[str, ...]:
    declared = DECLARATIONS[event]
    return (
        declared.code,
        code(event.value),
        both(declared.zh, declared.en),
        codes(member.value for member in LeafMember if member in declared.members),
        codes(field.value for field in PersonalField if field in declared.personal) or "—",
        codes(audience.value for audience in Audience if audience in declared.audiences),
    )


def _ever(audience: Audience, field: PersonalField) -> bool:
    return any(
        may_disclose(audience, event, field) for event, declared in DECLARATIONS.items() if field in declared.personal
    )
