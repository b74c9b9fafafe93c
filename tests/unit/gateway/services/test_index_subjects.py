"""The year's key of the subject index, when several workers come to need it at once."""

import os
from dataclasses import replace
from pathlib import Path

from gateway.services.index_subjects import current_index_key
from gateway.settings import KEY_FILE
from keys.custody.key_store import KeyStore
from tests.scenario.gateway_simulator import PASSPHRASE, Clock, opened_gateway


def test_a_worker_takes_the_key_that_another_made_while_it_was_making_one(tmp_path: Path) -> None:
    with opened_gateway(tmp_path / "gateway", Clock()) as gateway:
        quicker = replace(gateway, keys=KeyStore(tmp_path / "gateway" / KEY_FILE, PASSPHRASE, os.urandom))

        def overtaken(size: int) -> bytes:
            current_index_key(quicker)
            return os.urandom(size)

        slower = replace(gateway, random=overtaken)
        assert current_index_key(slower) == current_index_key(quicker)
