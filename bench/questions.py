"""The PHQ-9 on a phone: what a question's page weighs, how soon it is answered, beside others.

In the same run stand the least such a page can be (`limit_form`) and the same questions as others
render them (`peers.forms`). Every round opens one after the other; times are medians.
"""

import shutil
import statistics
from typing import Any

from playwright.sync_api import Browser, sync_playwright
from playwright.sync_api import TimeoutError as TookTooLong

from bench.going_on import after_continue
from bench.limit_form import LimitForm
from bench.peers.page import sites
from bench.phone import LINE, Candidate, Opening, listen, open_cold, phone
from bench.rows import Row, absent, at_least, at_most, seen
from bench.stage import a_clinic
from e2e.conftest import _ARGUMENTS, _BROWSERS, Clinic, free_port
from e2e.ehr import Ehr
from e2e.filling import go_on

_PHONE = "+17185550187"
_FASTER = 4  # than the best of the others
_OWN = ("ours", "bare page")

Openings = dict[str, list[Opening]]


def measure(*, full: bool) -> list[Row]:
    """Bytes, requests and times of one question's page, and of the others'."""
    rounds, their_rounds = (15, 7) if full else (7, 3)
    limit = LimitForm(free_port())
    limit.start()
    try:
        with a_clinic() as clinic, sites() as (peers, missing), sync_playwright() as playwright:
            path = next(filter(None, map(shutil.which, _BROWSERS)))
            browser = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
            state, address = first_question(browser, clinic)
            ours, bare = Candidate("ours", address, state), Candidate("bare page", limit.url)
            opened, failed = _open_all(browser, [ours, bare], peers, rounds, their_rounds)
            rows = _weigh(browser, ours, opened) + missing + failed
            rows += _compare(opened, rounds)
            rows += after_continue(browser, state, address, rounds)
            browser.close()
    finally:
        limit.stop()
    return rows


def first_question(browser: Browser, clinic: Clinic) -> tuple[Any, str]:
    """A patient who was asked to fill in the PHQ-9 and opened the text: cookies, and where."""
    ehr = Ehr(clinic)
    ehr.wait_for_day()
    patient = ehr.patient("Noa", "Lind", _PHONE)
    ehr.ask(patient, _phq9(ehr))
    clinic.push("PT1M")
    [body] = [text["body"] for text in clinic.texts(_PHONE) if "/i#" in text["body"]]
    link = next(word for word in body.split() if "/i#" in word)
    context = browser.new_context()
    page = context.new_page()
    page.goto(link)
    page.locator("main form").first.wait_for()
    go_on(page)
    page.locator("main form input[type=radio]").first.wait_for()
    address, state = page.url, context.storage_state()
    context.close()
    return state, address


def _phq9(ehr: Ehr) -> str:
    found = ehr.get("Questionnaire?url=https://afterglow.example/fhir/Questionnaire/phq-9")
    return str(found["entry"][0]["resource"]["id"])


def _weigh(browser: Browser, ours: Candidate, opened: Openings) -> list[Row]:
    context = phone(browser, ours.state)
    page = context.new_page()
    sizes: dict[str, float] = {}
    kinds: dict[str, str] = {}
    listen(context.new_cdp_session(page), sizes, kinds)
    page.goto(ours.url, wait_until="networkidle")
    cold, asked = sum(sizes.values()), len(sizes)

    def kilobytes(kind: str) -> float:
        return sum(size for name, size in sizes.items() if kinds.get(name) == kind) / 1000

    rows = [
        at_most("question page: HTML", kilobytes("Document"), "kB", 8),
        at_most("question page: stylesheet", kilobytes("Stylesheet"), "kB", 12),
        at_most("question page: scripts", kilobytes("Script"), "kB", 16),
        at_most(
            "question page: first visit",
            cold / 1000,
            "kB",
            40,
            *_best(opened, "kilobytes", cold / 1000),
        ),
        at_most("question page: requests", asked, "", 6, *_best(opened, "asked", asked)),
    ]
    sizes.clear()
    page.goto(ours.url, wait_until="networkidle")
    warm, asked_again = sum(sizes.values()), len([size for size in sizes.values() if size])
    context.close()
    return [
        *rows,
        at_most("question page: warm", warm / 1000, "kB", 9),
        at_most("question page: warm requests", asked_again, "", 1),
    ]


def _open_all(
    browser: Browser,
    ours: list[Candidate],
    peers: list[Candidate],
    rounds: int,
    their_rounds: int,
) -> tuple[Openings, list[Row]]:
    """Every candidate in every round, the others in the first rounds only: they are slow."""
    opened: Openings = {}
    failed: list[Row] = []
    for number in range(rounds):
        for each in ours + (list(peers) if number < their_rounds else []):
            try:
                found = open_cold(browser, each)
                opened.setdefault(each.name, []).append(found)
            except TookTooLong as error:  # a page of others' that counts no answer in a minute
                if each not in peers:
                    raise
                peers.remove(each)
                failed.append(absent(f"question page: {each.name}", str(error).splitlines()[0]))
    return opened, failed


def _compare(opened: Openings, rounds: int) -> list[Row]:
    """Ours beside the bare page, ours beside the best of the others, and each of them."""
    ours, bare = opened.pop("ours"), opened.pop("bare page")
    rows: list[Row] = []
    for what, said in (("painted", "first paint"), ("answered", "first answer")):
        value, least = _middle(ours, what), _middle(bare, what)
        rows.append(
            at_most(
                f"question page: {said} ({LINE}, n = {rounds})",
                value,
                "ms",
                round(1.25 * least),
                f"bare page {least:.0f} ms",
                value / least,
            )
        )
        rows += _beside_best(opened, what, said, value)
    rows += _ours_alone(ours, opened)
    for name, theirs in opened.items():
        rows += _theirs(name, theirs, ours)
    return rows


def _beside_best(opened: Openings, what: str, said: str, value: float) -> list[Row]:
    if not opened:
        return []
    name, best = min(
        ((name, _middle(theirs, what)) for name, theirs in opened.items()), key=lambda at: at[1]
    )
    told = f"{name} {best:.0f} ms, ours {value:.0f} ms"
    return [
        at_least(
            f"question page: {said}, faster than the best peer",
            best / value,
            "×",
            _FASTER,
            peer=told,
            ratio=best / value,
        )
    ]


def _ours_alone(ours: list[Opening], others: Openings) -> list[Row]:
    waited = {by for each in ours for by in each.waited_on}
    heap, tap = _middle(ours, "heap") / 1e6, _middle(ours, "tap")
    nodes = _middle(ours, "nodes")
    return [
        at_most("question page: requests that waited on another", len(waited), "", 0),
        at_most("question page: blocked", _middle(ours, "blocked"), "ms", 0),
        seen("question page: script", _middle(ours, "script"), "s"),
        at_most("question page: heap", heap, "MB", 2, *_best(others, "heap", heap, 1e6)),
        at_most("question page: nodes", nodes, "", 250, *_best(others, "nodes", nodes)),
        at_least("question page: height of an answer", tap, "px", 48),
    ]


def _best(
    opened: Openings, what: str, ours: float, by: float = 1
) -> tuple[str | None, float | None]:
    """Who of the others needs the least, in words; and what ours is of it."""
    theirs = {name: _middle(each, what) / by for name, each in opened.items() if name not in _OWN}
    if not theirs:
        return None, None
    name = min(theirs, key=lambda each: theirs[each])
    return f"{name} {theirs[name]:.3g}", ours / theirs[name]


def _theirs(name: str, theirs: list[Opening], ours: list[Opening]) -> list[Row]:
    """What another takes for the same; the ratio is theirs by ours."""

    def row(said: str, what: str, unit: str, by: float = 1) -> Row:
        value = _middle(theirs, what) / by
        mine = _middle(ours, what) / by
        told = f"ours {mine:.3g} {unit}"
        return seen(f"{name}: {said}", value, unit, told, value / mine if mine else None)

    return [
        row(f"first paint (n = {len(theirs)})", "painted", "ms"),
        row("first answer", "answered", "ms"),
        row("first visit", "kilobytes", "kB"),
        row("requests", "asked", ""),
        row("blocked", "blocked", "ms"),
        row("script", "script", "s"),
        row("heap", "heap", "MB", 1e6),
        row("height of an answer", "tap", "px"),
    ]


def _middle(openings: list[Opening], what: str) -> float:
    return statistics.median(getattr(each, what) for each in openings)
