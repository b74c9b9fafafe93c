"""The pages about keeping children in school, and the worker that flags in the background."""

from flask import Flask

from connectors.console.context import Console
from connectors.dropouts.flag_worker import FlagWorker
from connectors.web.dropout_flag_pages import dropout_flag_pages
from connectors.web.dropout_ledger_pages import dropout_ledger_pages
from connectors.web.dropout_pupil_pages import dropout_pupil_pages


def register_dropout_pages(app: Flask, console: Console) -> None:
    """Register the blueprints, and go on with the flags that waited when the console ended."""
    worker = FlagWorker(console)
    app.register_blueprint(dropout_ledger_pages(console))
    app.register_blueprint(dropout_pupil_pages(console))
    app.register_blueprint(dropout_flag_pages(console, worker))
    worker.go_on()
