"""The officer's console: an application of its own, apart from what the gateway reaches."""

from collections.abc import Sequence
from io import BytesIO
from typing import IO, Final

from flask import Blueprint, Flask, Request, Response, redirect

from connectors.console.context import Console
from connectors.web.blueprints import register_pages
from connectors.web.declared import admits_everybody, declarations
from connectors.web.navigation import HOME, ways_for
from connectors.web.signed_in import PREFIX
from connectors.web.wordings import ROLE_NAMES
from hosting.web.frame import Frame, NavigationEntry, Officer, Side, add_frame
from hosting.web.language import Text
from hosting.web.signed_in import find_signed_in

PRODUCT: Final = Text("童心 · 工作台", "Tongxin officer's desk")


class MemoryRequest(Request):
    """Keeps uploaded files in memory: names and numbers of children are never written to a temporary file in clear."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        del total_content_length, content_type, filename, content_length
        return BytesIO()


def create_console_app(console: Console) -> Flask:
    """Return the application.

    Raises:
        UndeclaredRouteError: a page declares no permission.
    """
    app = Flask("tongxin-console", static_folder=None)
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.request_class = MemoryRequest
    add_frame(app, _frame(console), admits_everybody)
    app.register_blueprint(_host())
    register_pages(app, console)
    declarations(app)
    return app


def _frame(console: Console) -> Frame:
    settings = console.connector.settings
    agency = Text(settings.name_zh, settings.name_en)

    def officer() -> Officer | None:
        found = find_signed_in()
        if found is None:
            return None
        roles = tuple(ROLE_NAMES[role] for role in sorted(found.account.roles))
        place = agency if found.account.school is None else Text(found.account.school, found.account.school)
        return Officer(found.account.name, roles, place)

    def navigation() -> Sequence[NavigationEntry]:
        found = find_signed_in()
        return () if found is None else ways_for(console, found.account)

    return Frame(
        side=Side.AGENCY,
        product=PRODUCT,
        agency=agency,
        home=HOME,
        language_address=f"{PREFIX}/language",
        own_account_address=f"{PREFIX}/password",
        sign_out_address=f"{PREFIX}/sign-out",
        officer=officer,
        navigation=navigation,
    )


def _host() -> Blueprint:
    """Return what the bare host answers: the way to the first page, and whether the console is up."""
    blueprint = admits_everybody(Blueprint("host", __name__))
    blueprint.add_url_rule("/", "begin", lambda: redirect(HOME, 303))
    blueprint.add_url_rule("/healthz", "health", lambda: Response("ok\n", content_type="text/plain"))
    return blueprint
