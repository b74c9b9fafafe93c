"""The pages about keeping children in school, and the workers that flag and acknowledge in the background."""

from flask import Flask

from connectors.console.context import Console
from connectors.dropouts.acknowledge import acknowledgement_worker
from connectors.dropouts.flag_worker import flag_worker
from connectors.web.dropout_decision_pages import dropout_decision_pages
from connectors.web.dropout_flag_pages import dropout_flag_pages
from connectors.web.dropout_ledger_pages import dropout_ledger_pages
from connectors.web.dropout_passing_pages import dropout_passing_pages
from connectors.web.dropout_pupil_pages import dropout_pupil_pages
from connectors.web.dropout_report_pages import dropout_report_pages
from connectors.web.dropout_triage_pages import dropout_triage_pages


def register_dropout_pages(app: Flask, console: Console) -> None:
    """Register the blueprints, and go on with what waited when the console ended."""
    flagging, acknowledging = flag_worker(console), acknowledgement_worker(console)
    app.register_blueprint(dropout_ledger_pages(console))
    app.register_blueprint(dropout_pupil_pages(console))
    app.register_blueprint(dropout_flag_pages(console, flagging))
    app.register_blueprint(dropout_report_pages(console))
    app.register_blueprint(dropout_triage_pages(console, acknowledging))
    app.register_blueprint(dropout_decision_pages(console))
    app.register_blueprint(dropout_passing_pages(console))
    flagging.go_on()
    acknowledging.go_on()
