from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from hosting.certificates import trusted_authorities


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    trusted_authorities.cache_clear()
    yield
    trusted_authorities.cache_clear()


def _authority(name: str) -> bytes:
    key, subject = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    )
    return certificate.sign(key, SHA256()).public_bytes(Encoding.PEM)


def test_an_office_networks_own_authority_is_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own.pem").write_bytes(_authority("county network"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "own.pem"))
    (believed,) = trusted_authorities().get_ca_certs()
    assert believed["subject"] == ((("commonName", "county network"),),)


def test_the_usual_authorities_are_loaded_once_and_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    context = trusted_authorities()
    assert context is trusted_authorities()
    assert context.check_hostname
    assert len(context.get_ca_certs()) > 1
