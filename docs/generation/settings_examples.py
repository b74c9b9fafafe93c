"""Example settings, made with the models themselves so that they can't go stale. All keys are made up."""

from connectors.settings import ConnectorSettings
from docs.generation.made_up import digest, token
from gateway.settings import GatewaySettings
from schemas.messages.registry import GatewayPin

PIN_EXAMPLE = GatewayPin(
    url="https://gateway.example",
    gateway="gateway.990101",
    signing_key=digest("gateway"),
    log_name="gateway.990101/audit",
    log_verifier_key=f"gateway.990101/audit+00000000+{digest('log')}",
)

CONNECTOR_EXAMPLE = ConnectorSettings(
    agency="civil_affairs.990101",
    agency_type="civil_affairs",
    name_zh="童安县民政局",
    name_en="Tong'an County Civil Affairs Bureau",
    region="990101",
    endpoint="https://connector.civil-affairs.example",
    register_mapping="mapping.yaml",
    gateway=PIN_EXAMPLE,
    workers=2,
)

GATEWAY_EXAMPLE = GatewaySettings(
    gateway="gateway.990101",
    name_zh="童安县未成年人保护数据交换网关",
    name_en="Tong'an County Child Protection Gateway",
    url="https://gateway.example",
    database="postgresql+psycopg:///tongxin",
    log_name="gateway.990101/audit",
    statements=(token("gateway-signing-key"),),
)
