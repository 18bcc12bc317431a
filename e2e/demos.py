"""One demo in a process of its own.

It is forked from a process that has imported the application already and has its files and pages
ready: doing so anew for every journey would be half of the whole run. What a demo does not need is
not imported here, for each would import it anew.
"""

import multiprocessing
import os
import sys
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).parents[1]
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(
    [
        "app.cli",
        "app.demo.start",
        "app.demo.routes",
        "app.main",
        "app.serving",
        "e2e.preloaded",
        "e2e.demos",
    ]
)


def tell_the_story(folder: Path) -> None:
    """Have a demo's folder filled by the process from which all are forked: see `preloaded`."""
    os.environ["E2E_SEEDED"] = str(folder)
    first = FORKS.Process(target=_nothing)
    first.start()
    first.join()


def _nothing() -> None:
    """What comes to its end once everything is ready."""


def run(environment: dict[str, str], log: Path) -> None:
    """`afterglow demo` with this environment, writing into `log`, until it is told to stop."""
    _stand_in(environment, log, log)
    sys.argv = ["afterglow", "demo"]
    from app import clock
    from app.cli import main
    from app.web.public import pwa

    # A first start tells its story around this hour; a later one goes on from where it was left.
    clock.run_ahead(timedelta(seconds=float(environment["E2E_AHEAD"])))
    # A newer version of the application, as far as phones can see one.
    pwa.WORKER = Path(environment.get("E2E_WORKER", pwa.WORKER))
    if "E2E_DATABASE" in environment:
        from e2e import demo_elsewhere

        demo_elsewhere.stand_on(environment["E2E_DATABASE"])
    main()


def command(words: tuple[str, ...], environment: dict[str, str], said: Path, log: Path) -> None:
    """`afterglow …` with this environment: what it says goes into `said`."""
    _stand_in(environment, said, log)
    sys.argv = ["afterglow", *words]
    from app.cli import main

    main()


def _stand_in(environment: dict[str, str], out: Path, err: Path) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    for number, path in ((1, out), (2, err)):
        with path.open("ab") as written:
            os.dup2(written.fileno(), number)
