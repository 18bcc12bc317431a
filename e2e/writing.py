"""The hands of somebody at the writing page."""

from playwright.sync_api import Page, expect

SLOW = 30_000


def write(page: Page, words: str) -> None:
    """Type, and see that it is on the phone."""
    page.locator("#words").fill(words)
    expect(page.locator("#truths [aria-current]")).to_have_text("On this phone", timeout=SLOW)


def keep(page: Page) -> None:
    page.get_by_role("button", name="Keep it").tap()
    expect(page.locator("#kept-title")).to_be_visible(timeout=SLOW)


def write_more(page: Page) -> None:
    """A tap, and another: a busy machine stretches one to a press, which opens nothing."""
    page.locator("[data-action=again]").tap()
    try:
        expect(page.locator("#words")).to_be_visible(timeout=SLOW / 4)
    except AssertionError:
        page.locator("[data-action=again]").tap()
    expect(page.locator("#words")).to_be_visible(timeout=SLOW)


def expect_truth(page: Page, truth: str) -> None:
    """What the page says of the words that were kept last."""
    told = page.locator("#kept-truths [aria-current]")
    expect(told).to_have_text(truth, timeout=2 * SLOW)


def wait_for_shell(page: Page) -> None:
    """Until the phone has what it needs without a signal."""
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
