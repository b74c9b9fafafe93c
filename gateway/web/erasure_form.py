"""The form that proposes an erasure: from what was typed to a wish, with a sentence for each mistake."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from flask import request

from gateway.domain.erasure import ERASABLE, ErasureBasis
from gateway.persistence.erasure_holds import day_begins
from gateway.persistence.erasure_rows import Chosen
from gateway.services.propose_erasure import ErasureWish
from hosting.web.language import Text, choose
from schemas.purpose_catalogue import load_purposes

MIN_REASON_CHARACTERS: Final = 4
MAX_REASON_CHARACTERS: Final = 500
MAX_RANGES: Final = 200
NAMES: Final = ("by", "shard", "entries", "purpose", "before", "basis", "reason", "case")
_YEAR: Final = re.compile(r"[1-9][0-9]{3}")
_RANGE: Final = re.compile(r"(0|[1-9][0-9]{0,11})(?:[-–](0|[1-9][0-9]{0,11}))?")
_SEPARATORS: Final = re.compile(r"[\s,;，、；]+")
_CASE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{1,39}")
_LONG_DIGIT_RUN: Final = re.compile(r"[0-9]{14,}")


@dataclass
class ErasureForm:
    """What the form says: as typed, what is wrong with it, and the wish if nothing is."""

    typed: Mapping[str, str]
    fields: tuple[str, ...]
    errors: dict[str, str] = field(default_factory=dict)
    wish: ErasureWish | None = None


def read_erasure_form() -> ErasureForm:
    """Return what was sent."""
    typed = {name: request.form.get(name, "").strip() for name in NAMES}
    form = ErasureForm(typed, tuple(name for name in ERASABLE if name in request.form.getlist("fields")))
    chosen = _read_chosen(form)
    if not form.fields:
        form.errors["fields"] = choose(Text("请至少选择一项要擦除的内容", "Choose what to erase"))
    if typed["basis"] not in {basis.value for basis in ErasureBasis}:
        form.errors["basis"] = choose(Text("请选择法律依据", "Choose the legal ground"))
    if error := reason_error(typed["reason"]):
        form.errors["reason"] = error
    if typed["case"] and (not _CASE.fullmatch(typed["case"]) or _LONG_DIGIT_RUN.search(typed["case"])):
        form.errors["case"] = choose(
            Text("由 2 至 40 个字母、数字、点、横线组成", "2 to 40 letters, digits, dots and hyphens")
        )
    if chosen is not None and not form.errors:
        form.wish = ErasureWish(
            chosen=chosen,
            fields=form.fields,
            basis=ErasureBasis(typed["basis"]),
            reason=typed["reason"],
            case_ref=typed["case"] or None,
        )
    return form


def reason_error(text: str) -> str | None:
    """Return what is wrong with a reason in free text, or None."""
    if not MIN_REASON_CHARACTERS <= len(text) <= MAX_REASON_CHARACTERS:
        return choose(
            Text(
                f"请用 {MIN_REASON_CHARACTERS} 至 {MAX_REASON_CHARACTERS} 个字说明理由",
                f"State the reason in {MIN_REASON_CHARACTERS} to {MAX_REASON_CHARACTERS} characters",
            )
        )
    if _LONG_DIGIT_RUN.search(text):
        return choose(Text("理由中不得出现身份号码等长数字", "The reason may hold no ID number or other long number"))
    return None


def parse_ranges(text: str) -> tuple[tuple[int, int], ...] | None:
    """Return the ranges of `12, 15-20`, both ends included; None for what is none, or more than `MAX_RANGES`."""
    matches = [_RANGE.fullmatch(part) for part in _SEPARATORS.split(text) if part]
    if not 1 <= len(matches) <= MAX_RANGES or None in matches:
        return None
    ranges = tuple((int(found[1]), int(found[2] or found[1])) for found in matches if found is not None)
    return ranges if all(first <= last for first, last in ranges) else None


def parse_day(text: str) -> date | None:
    """Return the day that a date field states, or None."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text and day.year > 1 else None


def _read_chosen(form: ErasureForm) -> Chosen | None:
    if form.typed["by"] == "purpose":
        return _read_purpose(form)
    if form.typed["by"] == "entries":
        return _read_entries(form)
    form.errors["by"] = choose(Text("请选择按什么确定条目", "Choose how the entries are named"))
    return None


def _read_entries(form: ErasureForm) -> Chosen | None:
    ranges = parse_ranges(form.typed["entries"])
    if not _YEAR.fullmatch(form.typed["shard"]):
        form.errors["shard"] = choose(Text("请填写四位年份", "Give the year in four digits"))
    if ranges is None:
        form.errors["entries"] = choose(
            Text("请填写条目序号，例如：12, 15-20", "Give the entries' numbers, such as: 12, 15-20")
        )
        return None
    return None if "shard" in form.errors else Chosen(shard=int(form.typed["shard"]), ranges=ranges)


def _read_purpose(form: ErasureForm) -> Chosen | None:
    before = parse_day(form.typed["before"])
    if form.typed["purpose"] not in load_purposes():
        form.errors["purpose"] = choose(Text("请选择用途", "Choose the purpose"))
    if before is None:
        form.errors["before"] = choose(Text("请填写日期", "Give a day"))
        return None
    return Chosen(purpose=form.typed["purpose"], before=day_begins(before)) if "purpose" not in form.errors else None
