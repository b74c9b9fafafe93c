"""The page groups of emergency access: asking, reviewing, and the notices of calls made to this agency."""

from flask import Flask

from connectors.console.context import Console
from connectors.web.emergency_notice_pages import emergency_notice_pages
from connectors.web.emergency_pages import emergency_pages
from connectors.web.emergency_review_pages import emergency_review_pages


def register_emergency_pages(app: Flask, console: Console) -> None:
    """Register them."""
    app.register_blueprint(emergency_pages(console))
    app.register_blueprint(emergency_review_pages(console))
    app.register_blueprint(emergency_notice_pages(console))
