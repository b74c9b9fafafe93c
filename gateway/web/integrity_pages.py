"""Is the log whole: trees, checkpoints, witnesses, verifications by the gateway and from outside."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from functools import partial
from typing import Final

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request
from werkzeug import Response as AnyResponse

from gateway.domain.roles import Permission
from gateway.log.verification_report import Fault
from gateway.persistence.engine import read_transaction
from gateway.persistence.verification_queries import RunState, VerificationRun, find_run
from gateway.services.context import Gateway
from gateway.services.integrity import (
    ForeignCheckpointError,
    OutsideResult,
    read_outside_checkpoint,
    record_outside,
    show_integrity,
)
from gateway.services.verify_everything import begin_verification
from gateway.web.entry_wordings import EntryWords
from gateway.web.erasure_form import parse_day
from gateway.web.signed_in import requires_sign_in, signed_in
from hosting.web.language import Text, choose
from hosting.web.listing import Column

MAX_NOTE_BYTES: Final = 64 * 1024
MAX_NAME_CHARACTERS: Final = 100
NAMES: Final = ("shard", "size", "root", "verified_by", "verified_on")
_HEX: Final = re.compile(r"[0-9a-f]{64}")
_YEAR: Final = re.compile(r"[1-9][0-9]{3}")
_SIZE: Final = re.compile(r"[1-9][0-9]{0,11}")

SHARD_COLUMNS: Final = (
    Column(Text("年份", "Year")),
    Column(Text("条目", "Entries"), is_number=True),
    Column(Text("已签名", "Signed"), is_number=True),
    Column(Text("签名时间", "Signed at")),
    Column(Text("根哈希（Base64）", "Root hash (Base64)")),
)
WITNESS_COLUMNS: Final = (
    Column(Text("见证单位", "Witness")),
    Column(Text("状态", "State")),
    Column(Text("最近一次见证", "Last cosignature")),
    Column(Text("见证到第几条", "Up to entry"), is_number=True),
    Column(Text("计入法定数", "Counts")),
)
RUN_COLUMNS: Final = (
    Column(Text("核验", "Verification")),
    Column(Text("结果", "Result")),
    Column(Text("开始", "Begun")),
    Column(Text("发起人", "By")),
    Column(Text("条目", "Entries"), is_number=True),
)
OUTSIDE_COLUMNS: Final = (
    Column(Text("由谁核验", "Verified by")),
    Column(Text("核验日期", "On")),
    Column(Text("范围", "Tree")),
    Column(Text("与本日志一致", "Same root as ours")),
    Column(Text("登记", "Recorded")),
)
RESULT_COLUMNS: Final = (
    Column(Text("年份", "Year")),
    Column(Text("条目", "Entries"), is_number=True),
    Column(Text("密封字段", "Closed fields"), is_number=True),
    Column(Text("瓦片", "Tiles"), is_number=True),
    Column(Text("检查点", "Checkpoints"), is_number=True),
    Column(Text("见证签名", "Cosignatures"), is_number=True),
    Column(Text("签名覆盖到", "Signed up to"), is_number=True),
    Column(Text("问题", "Findings"), is_number=True),
)
RUN_WORDS: Final[Mapping[RunState, tuple[Text, str]]] = {
    RunState.RUNNING: (Text("正在核验", "running"), "waiting"),
    RunState.PASSED: (Text("全部一致", "all is whole"), "good"),
    RunState.FAILED: (Text("发现问题", "something is wrong"), "bad"),
}
LOST_WORDS: Final = (Text("中断，请重新核验", "broke off: begin again"), "warning")
FAULT_WORDS: Final[Mapping[Fault, Text]] = {
    Fault.GAP: Text("缺少条目", "entries are missing from"),
    Fault.NOT_AN_ENTRY: Text("不是日志条目", "not an entry of a log:"),
    Fault.LEAF_HASH: Text("条目内容被改动", "an entry was changed:"),
    Fault.COLUMNS: Text("检索字段与条目不符", "the columns to search by say something else than the entry:"),
    Fault.DISCLOSURE: Text("密封字段与条目不符", "a closed field does not belong to its entry:"),
    Fault.TILE: Text("瓦片与条目不符", "a tile does not hold its leaves' hashes:"),
    Fault.CHECKPOINT_ROOT: Text("检查点的根与条目不符", "the leaves do not come to what was signed, at size"),
    Fault.CHECKPOINT_SIGNATURE: Text("检查点签名无效", "a checkpoint is not signed by the log, at size"),
    Fault.COSIGNATURE: Text("见证签名无效", "a witness's line does not verify, at size"),
    Fault.UNSIGNED: Text("没有已签名的检查点", "nothing was signed of a tree of"),
    Fault.TURN_OF_YEAR: Text("年度日志没有相互衔接", "a year does not lead to the one before"),
    Fault.SUBJECT_INDEX: Text("查找索引指向不存在的条目（行数）", "rows of the index that lead to no entry:"),
}
DONE: Final = {
    "agrees": (Text("已登记：外部核验的根与本日志一致。", "Recorded: the root found outside is ours."), "good"),
    "differs": (
        Text(
            "已登记：外部核验的根与本日志不一致！请立即保全现场，通知各见证单位。",
            "Recorded: the root found outside is NOT ours. Secure everything and call the witnesses at once.",
        ),
        "bad",
    ),
}


def integrity_pages(gateway: Gateway) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("integrity", __name__, url_prefix="/console")
    for path, name, view, method in (
        ("/integrity", "show", _show, "GET"),
        ("/integrity/verifications", "begin", _begin, "POST"),
        ("/integrity/verifications/<int:number>", "show_run", _show_run, "GET"),
        ("/integrity/outside", "show_form", _show_form, "GET"),
        ("/integrity/outside", "record", _record, "POST"),
    ):
        blueprint.add_url_rule(path, name, partial(view, gateway), methods=[method])
    return requires_sign_in(blueprint, gateway, Permission.SEE_INTEGRITY)


def _show(gateway: Gateway) -> str:
    return render_template(
        "integrity/integrity.html",
        found=show_integrity(gateway),
        log_name=gateway.settings.log_name,
        columns={"shard": SHARD_COLUMNS, "witness": WITNESS_COLUMNS, "run": RUN_COLUMNS, "outside": OUTSIDE_COLUMNS},
        run_words=partial(_run_words, gateway),
        words=EntryWords(gateway),
        may_verify=signed_in().account.may(Permission.VERIFY_LOG),
        base64=_base64,
        done=DONE.get(request.args.get("done", "")),
    )


def _begin(gateway: Gateway) -> AnyResponse:
    signed_in().require(Permission.VERIFY_LOG)
    return redirect(f"/console/integrity/verifications/{begin_verification(gateway, signed_in().account)}", 303)


def _show_run(gateway: Gateway, number: int) -> str:
    with read_transaction(gateway.engine) as connection:
        run = find_run(connection, number)
    if run is None:
        abort(404)
    shards = json.loads(run.result)["shards"] if run.result else []
    passed = max(1, (run.ended_at or gateway.seconds()) - run.started_at)
    return render_template(
        "integrity/run.html",
        run=run,
        is_running=run.state is RunState.RUNNING and not run.is_lost(gateway.seconds()),
        run_words=partial(_run_words, gateway),
        seconds=passed,
        seconds_left=passed * (run.total - run.done) // run.done if run.done else None,
        shards=shards,
        findings=[finding for shard in shards for finding in shard["findings"]],
        faults={fault.value: words for fault, words in FAULT_WORDS.items()},
        columns=RESULT_COLUMNS,
        may_verify=signed_in().account.may(Permission.VERIFY_LOG),
    )


def _show_form(gateway: Gateway) -> Response:
    signed_in().require(Permission.VERIFY_LOG)
    return _form_page({"shard": str(gateway.now().year)}, {})


def _record(gateway: Gateway) -> AnyResponse:
    signed_in().require(Permission.VERIFY_LOG)
    typed = {name: request.form.get(name, "").strip() for name in NAMES}
    errors: dict[str, str] = {}
    found = _read_result(gateway, typed, errors)
    verified_on = parse_day(typed["verified_on"])
    if not 2 <= len(typed["verified_by"]) <= MAX_NAME_CHARACTERS:
        errors["verified_by"] = choose(
            Text("请填写核验的单位和软件", "Say which office verified it, with which software")
        )
    if verified_on is None:
        errors["verified_on"] = choose(Text("请填写日期", "Give the day"))
    if found is None or verified_on is None or errors:
        return _form_page(typed, errors)
    agrees = record_outside(gateway, signed_in().account, found, typed["verified_by"], verified_on)
    return redirect(f"/console/integrity?done={'agrees' if agrees else 'differs'}", 303)


def _read_result(gateway: Gateway, typed: Mapping[str, str], errors: dict[str, str]) -> OutsideResult | None:
    """Return what was uploaded as a checkpoint or else typed; notes what is wrong with it."""
    upload = request.files.get("checkpoint")
    if upload is not None and upload.filename:
        try:
            return read_outside_checkpoint(gateway, upload.stream.read(MAX_NOTE_BYTES + 1)[:MAX_NOTE_BYTES])
        except ForeignCheckpointError:
            errors["checkpoint"] = choose(Text("不是本日志的检查点", "This is no checkpoint of this log"))
            return None
    root = _parse_root(typed["root"])
    if not _YEAR.fullmatch(typed["shard"]):
        errors["shard"] = choose(Text("请填写四位年份", "Give the year in four digits"))
    if not _SIZE.fullmatch(typed["size"]):
        errors["size"] = choose(Text("请填写条目数", "Give the number of entries"))
    if root is None:
        errors["root"] = choose(Text("请填写 Base64 或十六进制的根哈希", "Give the root in Base64 or hexadecimal"))
    if root is None or errors:
        return None
    return OutsideResult(int(typed["shard"]), int(typed["size"]), root)


def _parse_root(text: str) -> bytes | None:
    if _HEX.fullmatch(text):
        return bytes.fromhex(text)
    try:
        root = base64.b64decode(text, validate=True)
    except binascii.Error:
        return None
    return root if len(root) == 32 and _base64(root) == text else None


def _form_page(typed: Mapping[str, str], errors: dict[str, str]) -> Response:
    return make_response(render_template("integrity/outside.html", typed=typed, errors=errors), 422 if errors else 200)


def _run_words(gateway: Gateway, run: VerificationRun) -> tuple[Text, str]:
    return LOST_WORDS if run.is_lost(gateway.seconds()) else RUN_WORDS[run.state]


def _base64(root: bytes) -> str:
    return base64.b64encode(root).decode("ascii")
