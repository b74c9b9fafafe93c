"""Lets the project's programs, where tests start them, make key files that open at the least cost.

Python imports this before a program begins, since `tests/conftest.py` puts this folder into PYTHONPATH. What a guess at
a passphrase costs is all that changes; `tests/unit/keys/custody` holds what it costs everywhere else.
"""

import sys
from pathlib import Path

if any(Path(part).name.startswith("tongxin-") for part in sys.orig_argv[1:3]):
    from keys.custody import key_file_format

    key_file_format.STANDARD_KDF_COST = key_file_format.KdfCost(opslimit=1, memlimit=8 * 1024)
