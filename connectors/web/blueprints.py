"""The list of the console's pages, one blueprint a group."""

from flask import Flask

from connectors.console.context import Console
from connectors.web.account_pages import account_pages
from connectors.web.accounting_pages import accounting_pages
from connectors.web.add_account_pages import add_account_pages
from connectors.web.agreement_blueprints import register_agreement_pages
from connectors.web.asked_pages import asked_pages, hold_pages
from connectors.web.asking_pages import register_asking_pages
from connectors.web.board_pages import board_pages
from connectors.web.bulletin_pages import bulletin_pages
from connectors.web.correction_pages import correction_pages
from connectors.web.data_pages import data_pages
from connectors.web.dropout_blueprints import register_dropout_pages
from connectors.web.emergency_blueprints import register_emergency_pages
from connectors.web.holiday_pages import holiday_pages
from connectors.web.index_refresh_pages import index_refresh_pages
from connectors.web.item_blueprints import register_item_pages
from connectors.web.job_pages import job_pages
from connectors.web.ledger_blueprints import register_ledger_pages
from connectors.web.link_pages import link_pages
from connectors.web.missing_pages import missing_pages
from connectors.web.overview_pages import overview_pages
from connectors.web.own_table_pages import own_table_pages
from connectors.web.record_pages import record_pages
from connectors.web.rule_pages import rule_pages
from connectors.web.signed_in import console_site
from connectors.web.standing_blueprints import register_standing_pages
from connectors.web.table_asking_pages import table_asking_pages
from hosting.web.own_account_pages import own_account_pages
from hosting.web.sign_in_pages import sign_in_pages
from hosting.web.sign_on_pages import sign_on_pages


def register_pages(app: Flask, console: Console) -> None:
    """Register the blueprints of all pages."""
    site = console_site(console)
    app.register_blueprint(sign_in_pages(site))
    if site.provider is not None:
        app.register_blueprint(sign_on_pages(site, site.provider))
    app.register_blueprint(own_account_pages(site))
    app.register_blueprint(overview_pages(console))
    app.register_blueprint(rule_pages(console))
    register_ledger_pages(app, console)
    register_dropout_pages(app, console)
    app.register_blueprint(account_pages(console))
    app.register_blueprint(link_pages(console))
    app.register_blueprint(add_account_pages(console))
    app.register_blueprint(record_pages(console))
    register_asking_pages(app, console)
    register_standing_pages(app, console)
    app.register_blueprint(bulletin_pages(console))
    app.register_blueprint(table_asking_pages(console))
    app.register_blueprint(asked_pages(console))
    app.register_blueprint(accounting_pages(console))
    app.register_blueprint(correction_pages(console))
    app.register_blueprint(hold_pages(console))
    register_agreement_pages(app, console)
    app.register_blueprint(board_pages(console))
    app.register_blueprint(data_pages(console))
    app.register_blueprint(own_table_pages(console))
    app.register_blueprint(index_refresh_pages(console))
    app.register_blueprint(job_pages(console))
    app.register_blueprint(holiday_pages(console))
    register_item_pages(app, console)
    register_emergency_pages(app, console)
    app.register_blueprint(missing_pages(console))
