"""The sign-in page, also where a session is over while somebody typed: the form goes along and is offered again."""

import json
from dataclasses import dataclass, field, replace
from typing import Final

from flask import Response, make_response, render_template
from werkzeug.datastructures import MultiDict

from hosting.accounts.book import A
from hosting.web.forgery import FORM_FIELD
from hosting.web.language import Text
from hosting.web.site import Site

MAX_KEPT_CHARACTERS: Final = 200_000
_NEVER_KEPT: Final = frozenset({FORM_FIELD, "password", "new_password", "repeated_password", "code"})


@dataclass(frozen=True, slots=True)
class SignInForm:
    """What the sign-in page shows. `kept` is a form that was sent when the session was over (`keep_form`).

    `is_over`: a session ended by itself; `is_out`: somebody ended it.
    """

    next: str | None = None
    account: str = field(default="", repr=False)
    is_over: bool = False
    is_out: bool = False
    failure: Text | None = None
    kept: str = field(default="", repr=False)

    def failed(self, failure: Text) -> "SignInForm":
        """Return the form with what is to be said of the attempt."""
        return replace(self, failure=failure)


def show_sign_in(site: Site[A], form: SignInForm, status: int = 200) -> Response:
    """Return the sign-in page."""
    return make_response(render_template("sign_in/sign_in.html", site=site, form=form), status)


def keep_form(fields: MultiDict[str, str]) -> str:
    """Return the fields of a form as text, but for passwords and codes; empty where it is too long to go along."""
    kept = [(name, value) for name, value in fields.items(multi=True) if name not in _NEVER_KEPT]
    text = json.dumps(kept, ensure_ascii=False, separators=(",", ":")) if kept else ""
    return text if len(text) <= MAX_KEPT_CHARACTERS else ""


def kept_fields(text: str) -> list[tuple[str, str]]:
    """Return the fields that `keep_form` kept; none where the text is anything else."""
    if not text or len(text) > MAX_KEPT_CHARACTERS:
        return []
    try:
        pairs = json.loads(text)
        fields = [(name, value) for name, value in pairs if isinstance(name, str) and isinstance(value, str)]
    except (ValueError, TypeError, RecursionError):
        return []
    return [(name, value) for name, value in fields if name not in _NEVER_KEPT]
