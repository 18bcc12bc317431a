#!/bin/sh
# Every check. A failing one does not hold back the next, so that one run tells all. The journeys
# wait for browsers more than they compute, so they run beside the rest; what they said comes last,
# so that pytest's own closing line is the last word of a good run.
cd "$(dirname "$0")/.." || exit 1

bin=.venv/bin
failed=

check() {
    name=$1
    shift
    printf '\n--- %s\n' "$name"
    "$@" || failed="$failed${failed:+, }$name"
}

# The browser plugin stays out of tests/: nothing there opens a page.
tests() {
    TEST_DATABASE=$1 $bin/python -m pytest tests -n 2 -p no:playwright
}

said=$(mktemp)
trap 'rm -f "$said"' EXIT
$bin/python -m pytest e2e -n 2 >"$said" 2>&1 &
going=$!

journeys() {
    wait "$going"
    ended=$?
    cat "$said"
    return "$ended"
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
