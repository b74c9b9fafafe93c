"""Lets the programs that tests start make keys and passwords at the least cost, and not wait for the clock.

Python imports this before a program begins, since `tests/conftest.py` puts this folder into PYTHONPATH. What changes is
what a guess at a passphrase or a password costs, and how long a server waits until it looks again for what others sent;
`tests/unit/keys` and the tests of the jobs hold what these are everywhere else.
"""

import sys
from pathlib import Path

PROGRAM = next((name for part in sys.orig_argv[1:3] if (name := Path(part).name).startswith("tongxin-")), None)

if PROGRAM is not None:
    from keys.crypto import password
    from keys.custody import key_file_format

    password.STANDARD_PASSWORD_COST = password.PasswordCost(passes=1, memory_bytes=8 * 1024)
    key_file_format.STANDARD_KDF_COST = key_file_format.KdfCost(opslimit=1, memlimit=8 * 1024)

if PROGRAM == "tongxin-demo" and "run" in sys.orig_argv:
    from demo.scenario import play

    play.EXPIRY_SECONDS = 10

if PROGRAM == "tongxin-gateway" and "serve" in sys.orig_argv:
    from gateway.jobs import schedule

    schedule.WITNESS_SECONDS = 1
    schedule.REPORT_SECONDS = 3

if PROGRAM == "tongxin-connector" and "serve" in sys.orig_argv:
    from connectors import jobs

    jobs.ITEM_SECONDS = 3
    jobs.WITNESS_SECONDS = 5
