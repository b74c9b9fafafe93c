"""Publishing the index of an agreement from its page, with true progress; it goes on when the page is closed."""

from functools import partial

from flask import Blueprint, abort, redirect, render_template
from werkzeug import Response

from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.desk.agreement_view import AgreementView, Part
from connectors.desk.index_publishing import begin_publication, find_publication
from connectors.web.agreement_draft_pages import AGREEMENTS
from connectors.web.agreement_failures import say_failure
from connectors.web.agreement_pages import view_of
from connectors.web.signed_in import requires_sign_in, signed_in
from hosting.web.language import Text
from schemas.agreement import AgreementState

STEP_WORDS = {
    "count": Text("清点登记册", "counting the register"),
    "hash": Text("计算散列", "hashing"),
    "send": Text("发送到网关", "sending to the gateway"),
}


def index_publication_pages(console: Console) -> Blueprint:
    """Return the blueprint."""
    blueprint = Blueprint("index_publication", __name__, url_prefix=f"{AGREEMENTS}/<digest>/publication")
    blueprint.add_url_rule("", "show", partial(_show, console))
    blueprint.add_url_rule("", "publish", partial(_publish, console), methods=["POST"])
    return requires_sign_in(blueprint, console, Permission.PREPARE_AGREEMENTS)


def _show(console: Console, digest: str) -> str:
    view, now = _provided(console, digest), console.seconds()
    job = find_publication(console, digest)
    is_running = job is not None and job.is_running(now)
    failure = say_failure(job.failure) if job is not None and job.failure else None
    return render_template(
        "agreement/publication.html",
        view=view,
        requester=view.names[view.terms.requester.agency],
        job=job,
        is_running=is_running,
        is_lost=job is not None and not is_running and job.state == "running",
        failure=failure,
        passed=0 if job is None else max(0, now - job.begun_at),
        step=STEP_WORDS.get(job.step or "") if job is not None else None,
        is_open=view.state is AgreementState.ACTIVE,
    )


def _publish(console: Console, digest: str) -> Response:
    if _provided(console, digest).state is not AgreementState.ACTIVE:
        return redirect(f"{AGREEMENTS}/{digest}", 303)
    begin_publication(console, signed_in().account.id, digest)
    return redirect(f"{AGREEMENTS}/{digest}/publication", 303)


def _provided(console: Console, digest: str) -> AgreementView:
    """Return an agreement under which this agency is asked by its index; answers 404 for any other."""
    view = view_of(console, digest)
    if view.part is not Part.PROVIDER or not view.purpose.has_index:
        abort(404)
    return view
