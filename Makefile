# make run     the demo clinic on this machine, Ctrl-C stops it (PORT=8000, AFTERGLOW_DATA_DIR=var)
# make test    format, lint, types, floors, tests on SQLite and PostgreSQL, journeys in a browser
# make bench   the benchmarks (BENCH=full for the published sizes)
# make shots   phone-size screenshots of every page into docs/screens/
# make clean   the environment and caches go; data under var/ stays

PYTHON ?= python3

.PHONY: run test bench shots clean environment tools lock format

run: environment
	@exec .venv/bin/afterglow demo

test: tools
	@exec .venv/bin/python -m scripts.checks

bench: tools
	@exec .venv/bin/python -m bench

shots: tools
	@SHOTS=docs/screens exec .venv/bin/python -m pytest e2e

clean:
	rm -rf .venv *.egg-info .coverage htmlcov test-results
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find app bench e2e scripts tests -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

# what runs the application
environment:
	@$(PYTHON) scripts/environment.py runtime

# what checks it: the environment with its tools, a browser, PostgreSQL, a TURN server, a proxy
tools:
	@$(PYTHON) scripts/environment.py dev
	@.venv/bin/python -m scripts.test_services

# the .txt files again from the .in files, with hashes and without any address
lock: tools
	cd requirements && for name in runtime tracing dev postgresql; do \
	  ../.venv/bin/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header \
	    --universal --python-version 3.11 $$name.in --output-file $$name.txt || exit 1; \
	done

format: tools
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .
