"""One request as a story: steps with times and durations, each with its evidence, checked while the page is made."""

import re
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from flask import Blueprint, Response, abort, make_response, render_template, request

from gateway.domain.request_story import Step, StepKind
from gateway.domain.roles import Permission
from gateway.services.context import Gateway
from gateway.services.explain_request import clauses_of
from gateway.services.tell_request import ToldRequest, find_story, tell_request
from gateway.web.disclosure_form import DisclosureForm, offer, open_fields
from gateway.web.entry_wordings import END_WORDS, STEP_NAMES, EntryWords, reason_options
from gateway.web.signed_in import requires_sign_in, signed_in
from hosting.web.language import Text, choose, t
from hosting.web.wording import office_time, say_day
from schemas.workflows.item_number import number_of
from schemas.workflows.load import load_workflows

_CORRELATION: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._:/@+=-]{0,199}")


def request_pages(gateway: Gateway) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("requests", __name__, url_prefix="/console/requests")
    blueprint.add_url_rule("/<corr>", "show", partial(_show, gateway), methods=["GET"])
    blueprint.add_url_rule("/<corr>/disclosure", "disclose", partial(_disclose, gateway), methods=["POST"])
    return requires_sign_in(blueprint, gateway, Permission.READ_ENTRIES)


def _show(gateway: Gateway, corr: str) -> Response:
    told = _told(gateway, corr)
    return _page(gateway, told, offer(gateway, told.story.entries))


def _disclose(gateway: Gateway, corr: str) -> Response:
    story = find_story(gateway, signed_in().account, corr) if _CORRELATION.fullmatch(corr) else None
    if story is None:
        abort(404)
    form = open_fields(gateway, story.entries)
    return _page(gateway, _told(gateway, corr), form)


def _told(gateway: Gateway, corr: str) -> ToldRequest:
    told = tell_request(gateway, signed_in().account, corr) if _CORRELATION.fullmatch(corr) else None
    if told is None:
        abort(404)
    return told


def _page(gateway: Gateway, told: ToldRequest, form: DisclosureForm) -> Response:
    end, kind = END_WORDS[told.story.end]
    words = EntryWords(gateway)
    page = render_template(
        "request/request.html",
        told=told,
        story=told.story,
        end=end,
        end_kind=kind,
        form=form,
        words=words,
        step_name=lambda step: choose(STEP_NAMES[step.kind]),
        sentence=lambda step: _sentence(step, words),
        clauses=lambda step: clauses_of(step, told.agreement),
        duration=say_duration,
        exact=_say_exactly,
        item_number=_item_number(told),
        reasons=reason_options(),
        action=f"{request.path.removesuffix('/disclosure')}/disclosure",
    )
    return make_response(page, 422 if form.errors else 200)


def _item_number(told: ToldRequest) -> str | None:
    """Return the number on the item's slip; None for what is no item."""
    workflow = (told.story.first.reason or "").partition(".")[0]
    return number_of(workflow, told.correlation_id) if told.story.is_item and workflow in load_workflows() else None


_SENTENCES: Final = {
    StepKind.ASKED: Text("{actor}向{peer}提出：{event}。", "{actor} to {peer}: {event}."),
    StepKind.PERMITTED: Text(
        "网关核对签名与协议后准许，并在转送之前登记。",
        "The gateway checked the signature and the agreement, permitted it, and logged that before anything left.",
    ),
    StepKind.REFUSED: Text("拒绝，没有任何数据提供。", "It was refused; no data left."),
    StepKind.PASSED_ON: Text(
        "网关将原请求连同请求方签名转送{peer}，由其再次核对。",
        "The gateway passed the request on to {peer}, with the asker's own signature, to be checked there again.",
    ),
    StepKind.COMPARED: Text(
        "网关按本协议的索引处理；不含姓名、身份号码和答案。",
        "The gateway carried it out on this agreement's index; no name, ID number or answer is in it.",
    ),
    StepKind.ANSWERED: Text("{event}。", "{event}."),
    StepKind.RECEIVED: Text("{actor}确认收到并已打开答复。", "{actor} confirmed that it received the answer."),
    StepKind.NOTED: Text("{event}。", "{event}."),
    StepKind.OPENED: Text("{actor}发起“{reason}”。", "{actor} opened it: {reason}."),
    StepKind.TAKEN: Text("{actor}：{reason}。相关单位：{peer}。", "{actor}: {reason}. It concerns {peer}."),
    StepKind.READ: Text("{actor}读取了该事项。", "{actor} read the item."),
    StepKind.ESCALATED: Text("{peer}：{reason}。", "{peer}: {reason}."),
}

_ASKED_IN_VAIN: Final = Text("{actor}向{peer}提出请求。", "{actor} asked {peer}.")


def _sentence(step: Step, words: EntryWords) -> str:
    event = step.event
    actor = words.agency(event.actor.org if event.actor else None)
    sentence = _ASKED_IN_VAIN if step.kind is StepKind.ASKED and event.decision == "deny" else _SENTENCES[step.kind]
    reason = words.reason(event.reason) if event.reason else ""
    said = choose(sentence)
    return said.format(actor=actor, peer=words.agency(event.peer), event=words.event(event.type), reason=reason)


def _say_exactly(at: datetime) -> str:
    """Return a time to the millisecond: steps of one request lie close together."""
    local = office_time(at)
    return f"{say_day(at)}{t(' ', ', ')}{local:%H:%M:%S}.{local.microsecond // 1000:03}"


def say_duration(duration: timedelta) -> str:
    """Return a duration as people say it: milliseconds below a second, else the two largest units."""
    seconds = duration.total_seconds()
    if seconds < 1:
        return t(f"{seconds * 1000:.0f} 毫秒", f"{seconds * 1000:.0f} ms")
    if seconds < 60:
        return t(f"{seconds:.1f} 秒", f"{seconds:.1f} s")
    minutes, rest = divmod(int(seconds), 60)
    if minutes < 60:
        return t(f"{minutes} 分 {rest} 秒", f"{minutes} min {rest} s")
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return t(f"{hours} 小时 {minutes} 分", f"{hours} h {minutes} min")
    return t(f"{hours // 24} 天 {hours % 24} 小时", f"{hours // 24} d {hours % 24} h")
