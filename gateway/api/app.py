"""The gateway's HTTP application, made from a `Gateway` that is open in this process."""

from flask import Blueprint, Flask

from gateway.api.authentication import requires_envelope
from gateway.api.conversation import add_conversation
from gateway.api.conversations import CONVERSATIONS
from gateway.api.health import health_blueprint
from gateway.api.log import log_blueprint
from gateway.api.openapi import openapi_blueprint
from gateway.api.problem_responses import install_error_handlers
from gateway.api.registry import registry_blueprint
from gateway.api.witness import witness_blueprint
from gateway.services.context import Gateway
from gateway.web.app import add_console


def create_app(gateway: Gateway) -> Flask:
    """Return the application: one blueprint a resource, each with the authentication that it names."""
    app = Flask("tongxin-gateway", static_folder=None)
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    for resource, conversations in CONVERSATIONS.items():
        blueprint = requires_envelope(Blueprint(resource, __name__))
        for conversation in conversations:
            add_conversation(blueprint, gateway, conversation)
        app.register_blueprint(blueprint)
    app.register_blueprint(registry_blueprint(gateway))
    app.register_blueprint(log_blueprint(gateway))
    app.register_blueprint(witness_blueprint(gateway))
    app.register_blueprint(health_blueprint(gateway))
    app.register_blueprint(openapi_blueprint())
    add_console(app, gateway)
    install_error_handlers(app, gateway)
    return app
