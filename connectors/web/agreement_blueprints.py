"""The page groups of agreements, each with the permission that it needs."""

from flask import Flask

from connectors.console.context import Console
from connectors.console.roles import Permission
from connectors.web.agreement_draft_pages import agreement_approval_pages, agreement_draft_pages
from connectors.web.agreement_drafting_pages import agreement_drafting_pages
from connectors.web.agreement_pages import agreement_pages
from connectors.web.agreement_signing_pages import agreement_confirmation_pages, agreement_signing_pages
from connectors.web.agreement_step_pages import agreement_step_pages
from connectors.web.index_publication_pages import index_publication_pages


def register_agreement_pages(app: Flask, console: Console) -> None:
    """Register the pages of agreements."""
    app.register_blueprint(agreement_pages(console))
    app.register_blueprint(agreement_drafting_pages(console))
    app.register_blueprint(agreement_draft_pages(console))
    app.register_blueprint(agreement_approval_pages(console))
    app.register_blueprint(agreement_signing_pages(console))
    app.register_blueprint(agreement_confirmation_pages(console))
    app.register_blueprint(index_publication_pages(console))
    for permission in (Permission.PREPARE_AGREEMENTS, Permission.SIGN_AGREEMENTS, Permission.HOLD_AGREEMENTS):
        app.register_blueprint(agreement_step_pages(console, permission))
