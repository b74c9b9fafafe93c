"""The agency's own identity provider, where it has one: officers sign in with it, their accounts stay here."""

from connectors.context import Connector
from connectors.state.console_tables import SIGN_ON_TABLES
from hosting.sign_on.client import ProviderClient
from hosting.sign_on.settings import read_client_secret
from hosting.sign_on.sign_in import Provider


def open_provider(connector: Connector) -> Provider | None:
    """Return the provider that the settings name, None where they name none; asks it nothing yet.

    Raises:
        ProviderSettingsError: the client secret can't be read.
    """
    settings = connector.settings.identity_provider
    if settings is None:
        return None
    secret = read_client_secret(connector.folder, settings)
    return Provider(settings, ProviderClient(settings, secret, connector.now), SIGN_ON_TABLES)
