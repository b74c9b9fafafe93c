"""The page groups of items between offices, and the village child director's page of visits."""

from flask import Flask

from connectors.console.context import Console
from connectors.web.draft_deletion_pages import item_deletion_pages
from connectors.web.item_list_pages import item_list_pages
from connectors.web.item_opening_pages import item_opening_pages
from connectors.web.item_pages import item_pages
from connectors.web.item_refusal_pages import item_refusal_pages
from connectors.web.item_step_pages import item_step_pages
from connectors.web.visit_pages import visit_pages


def register_item_pages(app: Flask, console: Console) -> None:
    """Register the pages of items and of visits."""
    app.register_blueprint(item_list_pages(console))
    app.register_blueprint(item_opening_pages(console))
    app.register_blueprint(item_pages(console))
    app.register_blueprint(item_step_pages(console))
    app.register_blueprint(item_refusal_pages(console))
    app.register_blueprint(item_deletion_pages(console))
    app.register_blueprint(visit_pages(console))
