"""What every demo has ready before it is forked: files joined and pressed, templates compiled.

A demo of its own for each journey would do it all anew each time. Where E2E_SEEDED names a folder,
the demo's story is told there as well, and each demo that is forked knows the statements that it
took.
"""

import gc
import os
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from app import clock, i18n
from app.db import engine as engines
from app.demo import start
from app.questionnaires.killable import SHARED
from app.web import pages
from app.web.files import assets
from e2e import hour

# What is imported only when a server starts, or somebody first asks it.
_AT_FIRST_USE = (
    "anyio._backends._asyncio",
    "anyio.streams.tls",
    "encodings.idna",
    "phonenumbers.data.region_US",
    "starlette_compress._brotli",
    "starlette_compress._gzip",
    "starlette_compress._zstd_legacy",
    "uvicorn.lifespan.on",
    "uvloop",
    "webauthn",
)
_create_engine = engines.create_engine
_told: list[Engine] = []


def _tell_the_story(folder: Path) -> None:
    clock.run_ahead(hour.ahead())
    settings = start._settings(folder, 1)
    start._prepare(folder / start._DATABASE, settings)
    clock.run_ahead(timedelta(0))
    SHARED.close()


def _knowing(*where: Any, **how: Any) -> Engine:
    """An engine that has written its statements already: they are kept by engine and dialect."""
    made = _create_engine(*where, **how)
    if _told and made.dialect.name == _told[0].dialect.name:
        made.dialect, made._compiled_cache = _told[0].dialect, _told[0]._compiled_cache
    elif made.dialect.name == "sqlite":
        _told.append(made)
    return made


for _module in _AT_FIRST_USE:
    import_module(_module)
_environment = pages.environment(assets.load())
for _name in _environment.list_templates():
    _environment.get_template(_name)
for _language in i18n.LANGUAGES:
    i18n.catalogue(_language)
if "E2E_SEEDED" in os.environ:
    engines.create_engine = _knowing
    _tell_the_story(Path(os.environ["E2E_SEEDED"]))
gc.collect()
gc.freeze()
