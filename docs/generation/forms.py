"""How a member's type is said in words: named formats, lists, maps, ranges, choices."""

import typing
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal, get_args, get_origin

import annotated_types
from pydantic import BaseModel, StringConstraints
from pydantic.fields import FieldInfo

from docs.generation.markdown import code, codes
from schemas import agreement_steps, attribute_catalogue, formats
from schemas.messages import evaluate, exchange, items, match, private_or, private_or_question, registry
from schemas.statistics import quarter, release, tables
from schemas.workflows import clock

FORMATS: Mapping[str, tuple[Any, str, str]] = {
    "AgencyId": (formats.AgencyId, "单位代号", "a member or the gateway, e.g. `education.990101`"),
    "AgencyType": (registry.AgencyType, "部门类别", "a kind of agency, e.g. `civil_affairs`"),
    "PurposeId": (formats.PurposeId, "用途代码", "a purpose, e.g. `P04`"),
    "ReleasableId": (attribute_catalogue.ReleasableId, "B 类数据项代码", "an attribute of class B, and no other"),
    "RegionScope": (formats.RegionScope, "行政区划及其下属", "a subtree of GB/T 2260: 2, 4, 6, 9 or 12 digits"),
    "County": (formats.County, "县级行政区划代码", "a county, 6 digits"),
    "Reference": (
        formats.Reference,
        "经办人或个案的内部编号，不得为身份号码",
        "an agency's own reference; 14 digits in a row are refused, they could be an ID number",
    ),
    "Uuid": (formats.Uuid, "唯一编号", "a UUID in its canonical form (RFC 9562)"),
    "Digest": (formats.Digest, "SHA-256 摘要或密钥指纹", "SHA-256 or RFC 7638 thumbprint, 32 bytes as base64url"),
    "Handle": (formats.Handle, "记录句柄", "16 random bytes as base64url; belongs to one agreement and epoch"),
    "Mac": (formats.Mac, "持有证明", "HMAC-SHA-256, 32 bytes as base64url"),
    "Proof": (formats.Proof, "求值证明", "a DLEQ proof (RFC 9497), 64 bytes as base64url"),
    "PackedElements": (
        formats.PackedElements,
        "群元素，逐个相连",
        "group elements of 32 bytes one after the other, as base64url",
    ),
    "PackedIndexEntries": (
        formats.PackedIndexEntries,
        "索引条目，逐个相连",
        "index entries of 36 bytes (handle 16, county 3, key type 1, index hash 16), as base64url",
    ),
    "PackedAskedEntries": (
        formats.PackedAskedEntries,
        "所问条目，逐个相连",
        "asked entries of 21 bytes (row 4, key type 1, index hash 16), as base64url; bit 7 of the type: flagged",
    ),
    "PackedHandles": (formats.PackedHandles, "句柄，逐个相连", "handles of 16 bytes one after the other, as base64url"),
    "Sealed": (formats.Sealed, "密封内容", "X25519 and AEAD, as base64url; only the recipient's connector opens it"),
    "Token": (formats.Token, "签名令牌", "a JWS in compact form (RFC 7515), ES256"),
    "Shard": (formats.Shard, "日志分片（年份）", "the year whose tree of the log is meant"),
    "UnixSeconds": (formats.UnixSeconds, "POSIX 秒", "seconds since 1970-01-01 UTC"),
    "Note": (agreement_steps.Note, "说明，不得含六位以上数字", "a sentence; no number of six or more digits"),
    "ReasonCode": (agreement_steps.ReasonCode, "退回或不同意的理由代码", "why a proposal is returned or refused"),
    "EventNumber": (items.EventNumber, "事件在事项中的序号", "the place of an event in its item, from 0"),
    "WorkflowId": (items.WorkflowId, "流程代号", "a workflow, e.g. `W6`"),
    "Name": (clock.Name, "流程内的名称", "a seat, step, clock or reason within its workflow"),
    "TableId": (tables.TableId, "统计表代号", "a table of statistics, e.g. `children_in_difficulty`"),
    "CategoryCode": (tables.CategoryCode, "统计表一栏的代号", "a column of such a table"),
    "Quarter": (quarter.Quarter, "季度", "a quarter, e.g. `2026-Q3`"),
    "Salt": (release.Salt, "盐", "16 random bytes as base64url"),
    "MadeOn": (release.MadeOn, "日期", "a day, e.g. `2026-07-06`"),
    "Epsilon": (release.Epsilon, "隐私参数 ε，千分之几", "epsilon of differential privacy, in thousandths"),
    "ElementText": (formats.ElementText, "群元素", "one group element of 32 bytes, as base64url"),
    "PackedBoardRows": (
        formats.PackedBoardRows,
        "板的行，逐个相连",
        "rows of 19 bytes (index hash 16, county 3) one after the other, as base64url",
    ),
    "PackedRowHashes": (formats.PackedRowHashes, "行的散列，逐个相连", "index hashes of 16 bytes, as base64url"),
    "PackedMarks": (formats.PackedMarks, "行的加密标记，逐个相连", "marks of 128 bytes (four elements), as base64url"),
    "PackedConcealed": (
        formats.PackedConcealed,
        "隐蔽答案，逐个相连",
        "answers of 576 bytes each",
    ),
    "StatementToken": (private_or.StatementToken, "签名声明", "a JWS of at most 4,096 characters"),
    "RulesId": (private_or.RulesId, "认定规则的版本", "a version of the rules, e.g. `2020`"),
    "PartNumber": (private_or.PartNumber, "部分的序号", "the place of a part in a board, from 0"),
    "TurnNumber": (private_or.TurnNumber, "轮次", "which turn, from 0"),
    "BoardRow": (private_or_question.BoardRow, "板的行号", "a row of a board, from 0"),
    "Children": (private_or_question.Children, "儿童人数", "how many children, 1 to 1,000"),
    "KeyText": (
        private_or_question.KeyText,
        "关联键文本",
        "the text of a linkage key",
    ),
    "Epoch": (evaluate.Epoch, "密钥期次", "the number of an evaluation key's epoch, from 1"),
    "Attributes": (match.Attributes, "数据项列表", "1 to 32 attributes"),
    "Row": (match.Row, "行在一次比对中的位置", "the place of a record in its run, from 0"),
    "Probability": (match.Probability, "概率，百万分之几", "a probability in parts per million"),
    "ReceiptNumber": (exchange.ReceiptNumber, "回执编号", "`TX-` and ten characters A-Z, 2-7"),
    "AsOf": (exchange.AsOf, "数据所属年月", "the month of the provider's data, YYYY-MM"),
    "ShortText": (registry.ShortText, "短文本", "1 to 100 characters"),
    "Url": (registry.Url, "网址", "http or https, without user, query or fragment, at most 200 characters"),
}
"""Named formats: the type, and what it is in Chinese and English."""


def pattern_of(name: str) -> str:
    """Return the regular expression of a named format, or ''."""
    for constraint in get_args(FORMATS[name][0])[1:]:
        found = getattr(constraint, "pattern", None)
        if found is None and isinstance(constraint, FieldInfo):
            found = next((getattr(one, "pattern", None) for one in constraint.metadata), None)
        if isinstance(found, str):
            return found
    return ""


def describe_member(model: type[BaseModel], name: str) -> str:
    """Return the form of a model's member in words."""
    return describe_form(typing.get_type_hints(model, include_extras=True)[name])


def describe_form(hint: Any) -> str:
    """Return what a type hint admits, in words; named formats by their name."""
    named = next((name for name, (known, _, _) in FORMATS.items() if _is_form_of(known, hint)), None)
    if named is not None:
        return named
    if get_origin(hint) is Annotated:
        inner, *constraints = get_args(hint)
        return describe_form(inner) + _limits(constraints)
    if get_origin(hint) is not None:
        return _describe_generic(get_origin(hint), get_args(hint))
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return codes(member.value for member in hint)
    return _PLAIN.get(hint) or hint.__name__


def _describe_generic(origin: Any, arguments: tuple[Any, ...]) -> str:
    if origin is Literal:
        return codes(str(argument) for argument in arguments)
    if origin is tuple:
        return f"list of {describe_form(arguments[0])}"
    if origin is dict:
        return f"map of {describe_form(arguments[0])} to {describe_form(arguments[1])}"
    return " or ".join(describe_form(argument) for argument in arguments if argument is not type(None))


def _is_form_of(known: Any, hint: Any) -> bool:
    """A description around a named format adds constraints behind its own."""
    own, found = get_args(known), get_args(hint)
    return get_origin(hint) is get_origin(known) is Annotated and found[: len(own)] == own


_PLAIN: Mapping[Any, str] = {str: "text", int: "integer", bool: "`true` or `false`"}


def _limits(constraints: Iterable[Any]) -> str:
    texts = [text for constraint in constraints for text in _texts(constraint)]
    return f" ({', '.join(texts)})" if texts else ""


def _texts(constraint: Any) -> list[str]:
    if isinstance(constraint, FieldInfo):
        return [text for part in constraint.metadata for text in _texts(part)]
    if isinstance(constraint, StringConstraints):
        return [f"pattern {code(str(constraint.pattern))}"] if constraint.pattern else []
    pattern = getattr(constraint, "pattern", None)
    if isinstance(pattern, str):
        return [f"pattern {code(pattern)}"]
    return [
        f"{word} {getattr(constraint, attribute):,}"
        for kind, attribute, word in _BOUNDS
        if isinstance(constraint, kind)
    ]


_BOUNDS: tuple[tuple[type, str, str], ...] = (
    (annotated_types.MinLen, "min_length", "at least"),
    (annotated_types.MaxLen, "max_length", "at most"),
    (annotated_types.Ge, "ge", "from"),
    (annotated_types.Gt, "gt", "above"),
    (annotated_types.Le, "le", "to"),
    (annotated_types.Lt, "lt", "below"),
)
