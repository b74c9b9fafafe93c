"""Delete what was prepared and never sent, by its author: a question, or an item. Said first, then done for good."""

from functools import partial
from uuid import UUID

from flask import Blueprint, abort, redirect, render_template
from werkzeug import Response

from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.desk.delete_draft import delete_draft as delete_question
from connectors.desk.draft_states import DeedRefusedError, DraftState
from connectors.desk.drafts import DraftNotFoundError, get_draft
from connectors.desk.purposes_for import find_asked_under
from connectors.items.delete_draft import delete_draft as delete_item
from connectors.items.errors import ItemNotFoundError, StepRefusedError
from connectors.web.item_pages import item_of
from connectors.web.item_wordings import ITEMS, name_workflow
from connectors.web.signed_in import requires_sign_in, signed_in


def question_deletion_pages(console: Console) -> Blueprint:
    """Return the blueprint of deleting a question."""
    blueprint = Blueprint("question_deletion", __name__, url_prefix="/desk/ask/<uuid:id_>/deletion")
    blueprint.add_url_rule("", "show", partial(_show_question, console))
    blueprint.add_url_rule("", "delete", partial(_delete_question, console), methods=["POST"])
    return requires_sign_in(blueprint, console, Permission.ASK)


def item_deletion_pages(console: Console) -> Blueprint:
    """Return the blueprint of deleting an item."""
    blueprint = Blueprint("item_deletion", __name__, url_prefix=f"{ITEMS}/<uuid:id_>/deletion")
    blueprint.add_url_rule("", "show", partial(_show_item, console))
    blueprint.add_url_rule("", "delete", partial(_delete_item, console), methods=["POST"])
    return requires_sign_in(blueprint, console, Permission.OPEN_REFERRALS)


def _show_question(console: Console, id_: UUID) -> str | Response:
    try:
        draft = get_draft(console, str(id_), signed_in().account.id)
    except DraftNotFoundError:
        abort(404)
    if draft.state is not DraftState.DRAFT:
        return redirect(f"/desk/questions/{id_}", 303)
    return render_template("ask/delete.html", draft=draft, askable=find_asked_under(console, draft.agreement))


def _delete_question(console: Console, id_: UUID) -> Response:
    try:
        delete_question(console, signed_in().account.id, str(id_))
    except DraftNotFoundError:
        abort(404)
    except DeedRefusedError as error:
        return redirect(f"/desk/questions/{id_}?refused={error.reason}", 303)
    return redirect("/desk/questions?deleted=1", 303)


def _show_item(console: Console, id_: UUID) -> str | Response:
    view = item_of(console, id_)
    if not view.is_own_draft:
        return redirect(f"{ITEMS}/{id_}?gone=1", 303)
    return render_template("item/delete.html", row=view.row, name_workflow=name_workflow)


def _delete_item(console: Console, id_: UUID) -> Response:
    try:
        is_known = delete_item(console, signed_in().account, str(id_))
    except ItemNotFoundError:
        abort(404)
    except StepRefusedError:
        return redirect(f"{ITEMS}/{id_}?gone=1", 303)
    return redirect(f"{ITEMS}?deleted={'1' if is_known else 'waiting'}", 303)
