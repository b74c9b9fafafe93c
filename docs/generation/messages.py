"""The page of messages: who sends what to whom, in which form, under which limit."""

import inspect
import json
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel

from docs.generation.forms import FORMATS, describe_member, pattern_of
from docs.generation.markdown import block, both, code, introduction, page, table
from docs.generation.message_examples import EXAMPLES
from gateway.api.conversation import Conversation
from gateway.api.conversations import CONVERSATIONS
from gateway.services.receive_request import RELAYED
from schemas.agreement import Agreement, AgreementSignature, Party
from schemas.agreement_steps import AgreementHistoryStep
from schemas.emergency import EmergencyClaim
from schemas.envelope import ANSWER_TO, EnvelopeClaims, RelayClaims
from schemas.key_statement import KeyStatement
from schemas.message import Message
from schemas.messages.accounting import AccountedAccess, Accounting, AccountingSeal, SignedAccounting
from schemas.messages.agreements import SignedAgreement
from schemas.messages.emergency import LiftedCall
from schemas.messages.exchange import Answer, PossessionMacs, PossessionProof, PossessionProofs, SealedAnswers
from schemas.messages.items import (
    ActClaims,
    EscalatedClaims,
    HeldPaper,
    ItemChange,
    ItemEventClaims,
    OpenedClaims,
    PaperRef,
)
from schemas.messages.log import ConsistencyDocument, InclusionDocument
from schemas.messages.log_entries import LogPlace, ShownEntry
from schemas.messages.match import GrantClaims, MatchOutcome, MatchRecord, RunSummary
from schemas.messages.private_or import Board, PresentedAgreement, ShareClaims, TurnClaims
from schemas.messages.private_or_question import AskedChild, AskedChildren, ParentRows, Parents
from schemas.messages.registry import (
    Enrolment,
    GatewayIdentity,
    GatewayPin,
    Member,
    Registry,
    RegistryDocument,
)
from schemas.messages.statistics import MatchedSet
from schemas.problem import Problem
from schemas.statistics.release import StatisticsRelease, StatisticsRow

_SIGNED_PARTS: tuple[type[Message], ...] = (
    EnvelopeClaims,
    RelayClaims,
    GrantClaims,
    KeyStatement,
    AgreementSignature,
    AccountingSeal,
    ItemEventClaims,
    ShareClaims,
    TurnClaims,
)
_INNER_PARTS: tuple[type[Message], ...] = (
    MatchRecord,
    RunSummary,
    MatchOutcome,
    PossessionProofs,
    PossessionProof,
    PossessionMacs,
    SealedAnswers,
    Answer,
    Agreement,
    Party,
    SignedAgreement,
    AgreementHistoryStep,
    LogPlace,
    ShownEntry,
    PresentedAgreement,
    Board,
    AskedChildren,
    AskedChild,
    ParentRows,
    Parents,
    ItemChange,
    HeldPaper,
    OpenedClaims,
    ActClaims,
    EscalatedClaims,
    PaperRef,
    EmergencyClaim,
    LiftedCall,
    MatchedSet,
    StatisticsRelease,
    StatisticsRow,
)
_HANDED_OVER: tuple[type[Message], ...] = (Enrolment, GatewayPin, SignedAccounting, Accounting, AccountedAccess)
_PUBLIC: tuple[type[Message], ...] = (
    RegistryDocument,
    Registry,
    GatewayIdentity,
    Member,
    InclusionDocument,
    ConsistencyDocument,
    Problem,
)


def messages_page() -> str:
    """Return the page."""
    conversations = [one for group in CONVERSATIONS.values() for one in group]
    bodies = dict.fromkeys(model for one in conversations for model in (one.model, one.answer_model))
    return page(
        "报文 / Messages",
        introduction("messages"),
        "## 谁发给谁 / Who sends what to whom",
        _overview(conversations),
        _RELAYED,
        "### 不须签名的地址 / Addresses that everybody may read",
        table(("地址 address", "内容 content"), _PUBLIC_ADDRESSES),
        "## 请求和应答 / Requests and answers",
        *_sections(bodies),
        "## 报文内的部分 / Parts within bodies",
        *_sections(_INNER_PARTS),
        "## 签名令牌的声明 / Claims of signed tokens",
        *_sections(_SIGNED_PARTS),
        "## 人工交接的文件 / Files that people hand over",
        *_sections(_HANDED_OVER),
        "## 公开文档 / Public documents",
        *_sections(_PUBLIC),
        "## 文本格式 / Text formats",
        _formats(),
    )


_RELAYED = both(
    "转送的报文，网关以同样的路径发给提供部门的连接器；请求方的信封原样转送，不由网关重签。",
    "Relayed messages go on to the provider's connector at the same path, with the requester's own envelope.",
)
_PUBLIC_ADDRESSES = [
    ("`GET /v1/registry`", "[RegistryDocument](#registrydocument)"),
    ("`GET /v1/log/checkpoint`", "最新检查点 / the newest checkpoint (C2SP note, text)"),
    ("`GET /v1/log/inclusion/{leaf}`", "[InclusionDocument](#inclusiondocument)"),
    ("`GET /v1/log/{shard}/checkpoint`", "某年日志的检查点 / the checkpoint of a year's log (C2SP note, text)"),
    ("`GET /v1/log/{shard}/tile/{tile}`", "哈希瓦片 / a tile of hashes (C2SP tlog-tiles, 32 bytes each)"),
    ("`GET /v1/log/{shard}/inclusion/{leaf}`", "[InclusionDocument](#inclusiondocument)"),
    ("`GET /v1/log/{shard}/consistency/{old_size}/{new_size}`", "[ConsistencyDocument](#consistencydocument)"),
    ("`GET /healthz`, `GET /readyz`", "进程在运行；可以答复 / the process is up; it can answer (text)"),
    ("`GET /openapi.json`", "OpenAPI 3.1"),
]


def _overview(conversations: Iterable[Conversation[Any]]) -> str:
    rows = [
        (
            f"`POST {one.path}`",
            code(one.message_type.value),
            _link(one.model),
            f"{_link(one.answer_model)}\n{code(ANSWER_TO[one.message_type].value)}",
            "提供部门，经网关 / provider, through the gateway" if one.message_type in RELAYED else "网关 / gateway",
            f"{one.max_bytes:,}",
            one.summary,
        )
        for one in conversations
    ]
    headings = (
        "地址 address",
        "类型 type",
        "请求 request",
        "应答 answer",
        "收件方 audience",
        "字节上限 bytes",
        "作用 effect",
    )
    return table(headings, rows)


def _sections(models: Iterable[type[BaseModel]]) -> list[str]:
    return [part for model in models for part in _section(model)]


def _section(model: type[BaseModel]) -> list[str]:
    members = table(
        ("成员 member", "形式 form", "必有 required"),
        [
            (code(name), describe_member(model, name), "✓" if field.is_required() else "")
            for name, field in model.model_fields.items()
        ],
    )
    example = EXAMPLES[model.__name__].model_dump(mode="json", exclude_none=True)
    return [
        f"### {model.__name__}",
        inspect.cleandoc(model.__doc__ or ""),
        members if model.model_fields else "（没有成员 / no members）",
        block("json", json.dumps(example, ensure_ascii=False, indent=2)),
    ]


def _formats() -> str:
    rows = [(code(name), both(zh, en), code(pattern_of(name))) for name, (_, zh, en) in FORMATS.items()]
    return table(("名称 name", "含义 meaning", "正则 pattern"), rows)


def _link(model: type[BaseModel]) -> str:
    return f"[{model.__name__}](#{model.__name__.lower()})"
