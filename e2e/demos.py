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


def run(environment: dict[str, str], log: Path) -> None:
    """`afterglow demo` with this environment, writing into `log`, until it is told to stop."""
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    with log.open("ab") as written:
        os.dup2(written.fileno(), 1)
        os.dup2(written.fileno(), 2)
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
