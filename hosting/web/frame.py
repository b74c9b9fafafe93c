"""The frame of every page: on which side one stands, who is signed in, where one can go, in which language."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from flask import Blueprint, Flask
from jinja2 import StrictUndefined

from hosting.web import charts, listing, wording
from hosting.web.addresses import address_with, this_address
from hosting.web.forgery import form_token
from hosting.web.language import Language, Text, choose, current_language, t
from hosting.web.stylesheets import serve_stylesheet, stylesheet_address

MAX_NAVIGATION_ENTRIES: Final = 7


class Side(StrEnum):
    """On which side of an agency's border the reader stands."""

    GATEWAY = "gateway"
    AGENCY = "agency"


SIDE_WORDS: Final = {
    Side.GATEWAY: Text("网关 · 不含姓名和身份号码", "Gateway: no names, no ID numbers"),
    Side.AGENCY: Text("本单位内部 · 可见本单位儿童姓名", "Inside the agency: names may be seen"),
}


@dataclass(frozen=True, slots=True)
class Officer:
    """Who is signed in, as the head of the page says it. `agency` is the full name."""

    name: str = field(repr=False)
    roles: tuple[Text, ...]
    agency: Text


@dataclass(frozen=True, slots=True)
class NavigationEntry:
    """One way on the left; `waiting` counts what waits for the reader there, 0 for nothing."""

    text: Text
    address: str
    waiting: int = 0
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """What a program tells its pages' frame. The functions are called once a page, within the request."""

    side: Side
    product: Text
    agency: Text
    home: str
    language_address: str
    """Page that switches the language: `<language_address>/<zh|en>?next=<page>`."""
    own_account_address: str
    """Page on which one replaces one's password."""
    sign_out_address: str
    officer: Callable[[], Officer | None]
    navigation: Callable[[], Sequence[NavigationEntry]]

    @property
    def side_words(self) -> Text:
        """What the ribbon on top says."""
        return SIDE_WORDS[self.side]


def add_frame(app: Flask, frame: Frame, admit: Callable[[Blueprint], Blueprint]) -> None:
    """Give `app` the shared templates, stylesheets, filters and globals.

    Args:
        app: the program's application; its page blueprints bring templates of their own.
        frame: what this program says of itself.
        admit: names the authentication of the stylesheets: everybody may read them.
    """
    shared = admit(Blueprint("frame", __name__, template_folder="templates"))
    shared.add_url_rule("/static/<name>", "stylesheet", serve_stylesheet)
    app.register_blueprint(shared)
    environment = app.jinja_env
    environment.undefined = StrictUndefined
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.globals.update(
        t=t,
        frame=frame,
        languages=tuple(Language),
        current_language=current_language,
        address_with=address_with,
        this_address=this_address,
        form_token=form_token,
        stylesheet_address=stylesheet_address,
        bar_layout=charts.lay_bars,
        column_layout=charts.lay_columns,
        sort_address=listing.sort_address,
    )
    environment.filters.update(_FILTERS)


_FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "chosen": choose,
    "day": wording.say_day,
    "moment": wording.say_moment,
    "count": wording.say_count,
}
