"""The two languages of the pages, written side by side; a cookie keeps the reader's choice."""

from enum import StrEnum
from typing import Final

from flask import Response, g, redirect, request
from werkzeug import Response as AnyResponse

from hosting.web.addresses import local_address
from schemas.faults import Wording

Text = Wording
"""One sentence or name in Chinese and in English: `Text("检索", "Search")`."""

COOKIE: Final = "language"
COOKIE_SECONDS: Final = 400 * 24 * 3600  # browsers keep no cookie longer (RFC 6265bis section 5.5)


class Language(StrEnum):
    """A language of the pages."""

    ZH = "zh"
    EN = "en"

    @property
    def tag(self) -> str:
        """The BCP 47 tag, for the attribute `lang`."""
        return "zh-CN" if self is Language.ZH else "en"

    @property
    def own_name(self) -> str:
        """What its readers call it."""
        return "中文" if self is Language.ZH else "English"


def current_language() -> Language:
    """Return the language of the request: what the cookie says, else Chinese."""
    if "language" not in g:
        g.language = Language.EN if request.cookies.get(COOKIE) == Language.EN.value else Language.ZH
    language: Language = g.language
    return language


def choose(text: Text) -> str:
    """Return the text in the request's language."""
    return t(text.zh, text.en)


def t(zh: str, en: str) -> str:
    """Return one of both in the request's language; also the Jinja global `t`."""
    return zh if current_language() is Language.ZH else en


def switch_language(language: Language, home: str, *, secure: bool) -> AnyResponse:
    """Return to the page that `next` names, or to `home`, and keep the choice in the reader's browser."""
    response = redirect(local_address(request.args.get("next")) or home, 303, Response)
    response.set_cookie(
        COOKIE, language.value, max_age=COOKIE_SECONDS, httponly=True, samesite="Strict", secure=secure, path="/"
    )
    return response
