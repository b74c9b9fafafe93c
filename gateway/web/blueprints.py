"""The list of the console's pages, one blueprint a group."""

from flask import Flask

from gateway.services.context import Gateway
from gateway.web.account_pages import account_pages
from gateway.web.agreement_pages import agreement_pages
from gateway.web.alert_pages import alert_pages
from gateway.web.child_pages import child_pages
from gateway.web.entry_pages import entry_pages
from gateway.web.erasure_pages import erasure_pages
from gateway.web.export_pages import export_pages
from gateway.web.hold_pages import hold_pages
from gateway.web.integrity_pages import integrity_pages
from gateway.web.job_pages import job_pages
from gateway.web.missing_pages import missing_pages
from gateway.web.overview_pages import overview_pages
from gateway.web.report_pages import report_pages
from gateway.web.request_pages import request_pages
from gateway.web.search_pages import search_pages
from gateway.web.signed_in import console_site
from gateway.web.simulation_pages import simulation_pages
from gateway.web.suspension_pages import suspension_pages
from gateway.web.who_can_pages import who_can_pages
from hosting.web.own_account_pages import own_account_pages
from hosting.web.sign_in_pages import sign_in_pages
from hosting.web.sign_on_pages import sign_on_pages


def register_pages(app: Flask, gateway: Gateway) -> None:
    """Register the blueprints of all pages."""
    site = console_site(gateway)
    app.register_blueprint(sign_in_pages(site))
    if site.provider is not None:
        app.register_blueprint(sign_on_pages(site, site.provider))
    app.register_blueprint(own_account_pages(site))
    app.register_blueprint(account_pages(gateway))
    app.register_blueprint(overview_pages(gateway))
    app.register_blueprint(agreement_pages(gateway))
    app.register_blueprint(simulation_pages(gateway))
    app.register_blueprint(alert_pages(gateway))
    app.register_blueprint(report_pages(gateway))
    app.register_blueprint(job_pages(gateway))
    app.register_blueprint(search_pages(gateway))
    app.register_blueprint(export_pages(gateway))
    app.register_blueprint(who_can_pages(gateway))
    app.register_blueprint(request_pages(gateway))
    app.register_blueprint(entry_pages(gateway))
    app.register_blueprint(child_pages(gateway))
    app.register_blueprint(erasure_pages(gateway))
    app.register_blueprint(hold_pages(gateway))
    app.register_blueprint(integrity_pages(gateway))
    app.register_blueprint(suspension_pages(gateway))
    app.register_blueprint(missing_pages(gateway))
