#!/bin/sh
# Every check, one after the other. A failing one does not hold back the next, so that one run tells
# all; the journeys come last, so that pytest's own closing line is the last word of a good run.
cd "$(dirname "$0")/.." || exit 1

bin=.venv/bin
failed=

check() {
    name=$1
    shift
    printf '\n--- %s\n' "$name"
    "$@" || failed="$failed${failed:+, }$name"
}

# Real processes and browsers, two at a time on two cores: what did not come to its end is tried
# once more, alone. A fault fails again; what does not is named by the first run's summary, to be
# looked into.
# The browser plugin stays out of tests/: nothing there opens a page.
tests() {
    TEST_DATABASE=$1 $bin/python -m pytest tests -n 2 -p no:playwright && return
    printf '\nOnce more, alone:\n'
    TEST_DATABASE=$1 $bin/python -m pytest tests -p no:playwright --last-failed
}

journeys() {
    $bin/python -m pytest e2e -n 2 && return
    printf '\nOnce more, alone:\n'
    $bin/python -m pytest e2e --last-failed
}

check format $bin/ruff format --check .
check lint $bin/ruff check --output-format concise .
check types $bin/mypy
check floors $bin/lint-imports --no-logo
check "what patients text, understood" $bin/python -m tests.replies.share
check "tests on SQLite" tests sqlite
check "tests on PostgreSQL" tests postgresql
check journeys journeys

if [ -n "$failed" ]; then
    printf '\nFailed: %s\n' "$failed" >&2
    exit 1
fi
