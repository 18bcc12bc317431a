from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page

from bench.reliability.browser import BASE_URL
from bench.reliability.people import cookies_of
from e2e.calls import LISTEN_IN
from e2e.hosts.installation import Hosts
from e2e.hosts.network import browser_on, can_be_made


@pytest.fixture
def hosts(tmp_path) -> Iterator[Hosts]:
    if not can_be_made():
        pytest.skip("hosts of our own need root and iproute2")
    with Hosts(tmp_path) as installation:
        yield installation


@pytest.fixture
def browser_of(hosts, playwright, browser_type_launch_args, tmp_path) -> Iterator:
    """`browser_of("phone")`: a page in a browser that runs on that host."""
    opened = {}

    def make(host: str, **options) -> Page:
        if host not in opened:
            path = browser_on(
                hosts.network, host, browser_type_launch_args["executable_path"], tmp_path
            )
            arguments = [*browser_type_launch_args["args"], *hosts.browser_arguments]
            opened[host] = playwright.chromium.launch(executable_path=path, args=arguments)
        options = {"permissions": ["camera", "microphone"], **options}
        context: BrowserContext = opened[host].new_context(ignore_https_errors=True, **options)
        context.add_init_script(LISTEN_IN)
        return context.new_page()

    yield make
    for browser in opened.values():
        browser.close()


@pytest.fixture
def new_phone(browser_of, playwright):
    device = dict(playwright.devices["Pixel 5"])
    device.pop("default_browser_type", None)
    return lambda: browser_of("phone", **device)


@pytest.fixture
def new_desk(hosts, browser_of):
    """A desk at which the clinician is signed in."""

    def make() -> Page:
        page = browser_of("desk", viewport={"width": 1280, "height": 800})
        known = cookies_of(hosts.database, hosts.people.clinician)
        page.context.add_cookies(
            [{"name": name, "value": value, "url": BASE_URL} for name, value in known.items()]
        )
        return page

    return make
