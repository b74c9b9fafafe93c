"""The pages about ledgers, and the worker that reads and checks in the background."""

from flask import Flask

from connectors.console.context import Console
from connectors.desk.ledger_worker import LedgerWorker
from connectors.web.ledger_check_pages import ledger_check_pages
from connectors.web.ledger_column_pages import ledger_column_pages
from connectors.web.ledger_pages import ledger_pages


def register_ledger_pages(app: Flask, console: Console) -> None:
    """Register the blueprints, and go on with what was being read or checked when the console ended."""
    worker = LedgerWorker(console.connector)
    app.register_blueprint(ledger_pages(console, worker))
    app.register_blueprint(ledger_column_pages(console, worker))
    app.register_blueprint(ledger_check_pages(console))
    worker.resume()
