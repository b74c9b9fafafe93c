"""The page groups of standing questions."""

from flask import Flask

from connectors.console.context import Console
from connectors.web.standing_decision_pages import standing_decision_pages
from connectors.web.standing_form_pages import standing_form_pages
from connectors.web.standing_pages import standing_pages


def register_standing_pages(app: Flask, console: Console) -> None:
    """Register the pages of standing questions."""
    app.register_blueprint(standing_pages(console))
    app.register_blueprint(standing_form_pages(console))
    app.register_blueprint(standing_decision_pages(console))
