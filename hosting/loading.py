"""How a program loads its modules: without the collector of garbage, which would walk through all of them many times.

What a module makes when it is loaded stays until the program ends. A fifth of what a command costs is saved so.
"""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from schemas.catalogue_files import CATALOGUE_VARIABLE, CatalogueError


@contextmanager
def spared_the_collector() -> Iterator[None]:
    """Load modules while the block runs; the collector never looks at what the process holds afterwards."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()


@contextmanager
def loading_a_program() -> Iterator[None]:
    """Load a program's modules so; some read the catalogue, and a wrong file in it ends the program with a sentence."""
    try:
        with spared_the_collector():
            yield
    except CatalogueError as error:
        sys.exit(sentence_of(error))


def sentence_of(error: CatalogueError) -> str:
    """Return what to do about a wrong catalogue file, in both languages; `error` names the file and what is wrong."""
    return (
        f"附加的目录文件有错，没有启动。请改正后再试（{CATALOGUE_VARIABLE} 所指的文件夹）。\n"
        f"An added catalogue file is wrong, so nothing was started. Mend it in the folder that {CATALOGUE_VARIABLE} "
        "names, and try again.\n"
        f"({error})"
    )
