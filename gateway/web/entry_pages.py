"""One entry of the log: what it states in words and in bytes, its proof checked now, and what may be taken away."""

import json
from functools import partial
from io import BytesIO

from flask import Blueprint, Response, abort, make_response, render_template, request, send_file

from gateway.domain.roles import Permission
from gateway.log.logged_entry import LoggedEntry
from gateway.services.check_entry import CheckedEntry
from gateway.services.context import Gateway
from gateway.services.export_entries import export_one_entry
from gateway.services.show_entry import find_readable, show_entry
from gateway.web.disclosure_form import DisclosureForm, offer, open_fields
from gateway.web.entry_wordings import EntryWords, reason_options
from gateway.web.send_export import send_export
from gateway.web.signed_in import requires_sign_in, signed_in


def entry_pages(gateway: Gateway) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("entries", __name__, url_prefix="/console/entries")
    place = "/<int:shard>/<int:index>"
    for path, name, view, method in (
        (place, "show", _show, "GET"),
        (f"{place}/disclosure", "disclose", _disclose, "POST"),
        (f"{place}/proof", "download_proof", _download_proof, "GET"),
        (f"{place}/evidence", "download_evidence", _download_evidence, "POST"),
    ):
        blueprint.add_url_rule(path, name, partial(view, gateway), methods=[method])
    return requires_sign_in(blueprint, gateway, Permission.READ_ENTRIES)


def _show(gateway: Gateway, shard: int, index: int) -> Response:
    checked = _checked(gateway, shard, index)
    return _page(gateway, checked, offer(gateway, [checked.entry]))


def _disclose(gateway: Gateway, shard: int, index: int) -> Response:
    form = open_fields(gateway, [_entry(gateway, shard, index)])
    return _page(gateway, _checked(gateway, shard, index), form)


def _download_proof(gateway: Gateway, shard: int, index: int) -> Response:
    """Send the proof (C2SP tlog-proof): hashes and a checkpoint, nothing of what the entry says."""
    proof = _checked(gateway, shard, index).proof()
    if proof is None:
        abort(404)
    name = f"entry-{shard}-{index}.tlog-proof"
    return send_file(BytesIO(proof), "text/plain; charset=utf-8", as_attachment=True, download_name=name)


def _download_evidence(gateway: Gateway, shard: int, index: int) -> Response:
    signed_in().require(Permission.EXPORT_ENTRIES)
    return send_export(export_one_entry(gateway, signed_in().account, _entry(gateway, shard, index)))


def _entry(gateway: Gateway, shard: int, index: int) -> LoggedEntry:
    found = find_readable(gateway, signed_in().account, shard, index)
    if found is None:
        abort(404)
    return found


def _checked(gateway: Gateway, shard: int, index: int) -> CheckedEntry:
    checked = show_entry(gateway, signed_in().account, shard, index)
    if checked is None:
        abort(404)
    return checked


def _page(gateway: Gateway, checked: CheckedEntry, form: DisclosureForm) -> Response:
    page = render_template(
        "entry/entry.html",
        checked=checked,
        entry=checked.entry,
        members=json.dumps(json.loads(checked.entry.entry), ensure_ascii=False, indent=2),
        form=form,
        words=EntryWords(gateway),
        reasons=reason_options(),
        action=f"{request.path.removesuffix('/disclosure')}/disclosure",
        may_export=signed_in().account.may(Permission.EXPORT_ENTRIES),
    )
    return make_response(page, 422 if form.errors else 200)
