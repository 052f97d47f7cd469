# Everything that is done with a checkout; `make` alone lists it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
CENTRALITA := $(BIN)/python -m ari_app.cli
# Byte code is written whatever the environment says: without it each start costs a second more, and the escape sequences
# in aioari that Python warns of when compiling would fail the tests, where every warning is an error.
PIP := env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pip --disable-pip-version-check --no-input install --quiet --quiet --require-hashes
PYTEST := $(BIN)/python -m pytest
export PYTHONPATH := $(CURDIR)

.PHONY: help setup run up down status demo doctor test test-fast test-browser screenshots test-compose test-deep chaos bench bench-document bench-acd bench-speech bench-recordings bench-supervision bench-console vendor conformance conformance-table check lock clean

help: ## This list
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/\1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'

setup: .venv/.installed ## Install what is missing; make secrets; fetch Asterisk and Redis
	@$(CENTRALITA) setup

run: .venv/.installed ## Set up, start everything, check it with one call; Ctrl-C stops it (ARGS=--no-self-check)
	@exec $(CENTRALITA) run $(ARGS)

up: .venv/.installed ## The same in the background
	@$(CENTRALITA) up $(ARGS)

down: .venv/.installed ## Stop what `make up` or `make run` started
	@$(CENTRALITA) down

status: .venv/.installed ## What runs now
	@$(CENTRALITA) status

# make takes --json for itself, so `make demo --json` cannot work.
demo: .venv/.installed ## Place a call through the stack, started if need be (JSON=1: one JSON object)
	@$(CENTRALITA) status > /dev/null 2>&1 || $(CENTRALITA) up --no-self-check 1>&2
	@$(CENTRALITA) demo $(if $(JSON),--json) $(ARGS)

doctor: .venv/.installed ## Look for everything known to go wrong, with the remedy
	@$(CENTRALITA) doctor

test: check ## Every check and every test, with real Asterisk and Redis, in four rows side by side (ARGS=...: in one)
	@$(if $(ARGS),$(PYTEST) $(ARGS),$(BIN)/python -m tests.rows)

conformance: .venv/.installed-dev ## Asterisk's own scenarios of its queues, on Queue() and on the engine
	@$(PYTEST) tests/conformance $(ARGS)

conformance-table: .venv/.installed-dev ## Write docs/conformance.md from the scenarios
	@$(BIN)/python -m tests.conformance.table

test-fast: .venv/.installed-dev ## Everything but real calls: no Asterisk (Redis is still used)
	@$(PYTEST) -m 'not e2e' $(ARGS)

test-browser: .venv/.installed-dev ## Phones in a real Chromium, in a network of their own; installs what that needs (as root)
	@$(BIN)/python -m tests.browser.tools
	@$(PYTEST) -m browser $(or $(ARGS),tests/browser)

screenshots: .venv/.installed-dev ## Photograph the console's pages into docs/images/console/ (a few minutes; installs what that needs, as root)
	@$(BIN)/python -m tests.browser.tools
	@$(BIN)/python -m tests.browser.screenshots

test-compose: .venv/.installed-dev ## The composition, built and run by a real engine for containers; installs what that needs (as root)
	@$(BIN)/python -m tests.browser.tools
	@$(BIN)/python -m tests.compose.tools
	@$(PYTEST) -m compose tests/compose $(ARGS)

test-deep: .venv/.installed-dev ## Every test, with many more generated cases
	@HYPOTHESIS_PROFILE=deep $(PYTEST) --timeout 3600 $(ARGS)

chaos: .venv/.installed-dev ## Kill, freeze, cut and attack every part, and report what became of the calls; about 90 minutes (ARGS="--only crashes")
	@$(BIN)/python -m tests.chaos $(ARGS)

bench: .venv/.installed-dev ## The race beside Queue(): from hang-up to the next ring, from arrival to ring (CASE=next_call, FULL=1)
	@$(BIN)/python -m benchmarks.race $(if $(CASE),--case $(CASE)) $(if $(FULL),--full) $(ARGS)

bench-document: .venv/.installed-dev ## A full race, written into docs/benchmarks.md with its plots (JSON=FILE keeps it; CASE= anew)
	@$(BIN)/python -m benchmarks.race --full --document $(if $(CASE),--case $(CASE)) $(if $(JSON),--json $(JSON)) $(ARGS)

bench-acd: .venv/.installed ## What a decision of the ACD costs, with 100, 1,000 and 10,000 operators (JSON=1: as JSON)
	@$(BIN)/python -m benchmarks.acd $(if $(JSON),--json) $(ARGS)

bench-speech: .venv/.installed-dev ## How near speech facts come to a known truth (DOCUMENT=1: into docs/recordings-speech.md)
	@$(BIN)/python -m benchmarks.speech $(if $(DOCUMENT),--document) $(ARGS)

bench-recordings: .venv/.installed ## How fast recordings are kept, against real time (JSON=1: as JSON)
	@$(BIN)/python -m benchmarks.recordings $(if $(JSON),--json) $(ARGS)

bench-console: .venv/.installed-dev ## What 200 wallboards cost, and how late they are (ARGS="--page --seconds 60"; JSON=1: as JSON)
	@$(BIN)/python -m benchmarks.console $(if $(JSON),--json) $(ARGS)

bench-contacts: .venv/.installed ## How fast customers come in from a file of 100,000, and how fast who calls is found (JSON=1: as JSON)
	@$(BIN)/python -m benchmarks.contacts $(if $(JSON),--json) $(ARGS)

bench-supervision: .venv/.installed-dev ## How soon a supervisor hears both, and what a change of mode costs those who talk (JSON=1: as JSON)
	@$(BIN)/python -m benchmarks.supervision $(if $(JSON),--json) $(ARGS)

vendor: .venv/.installed ## Bundle JsSIP anew for the pages (needs npm), and say its hash
	@$(BIN)/python -m console.vendoring

check: .venv/.installed-dev ## Lint, format, types, direction of imports
	@echo "ruff" && $(BIN)/ruff check --quiet . && $(BIN)/ruff format --check --quiet .
	@echo "mypy" && $(BIN)/mypy --no-error-summary
	@echo "import-linter" && $(BIN)/lint-imports --no-cache > .state/lint-imports.txt || { cat .state/lint-imports.txt; exit 1; }

# --universal: what only some Pythons or machines need is in it too (Debian 12 has 3.11.2, where redis wants async-timeout).
lock: .venv/.installed-dev ## Pin every library anew, with hashes
	@for extra in "" "-dev"; do \
	    echo "requirements$$extra.lock"; \
	    env -u UV_INDEX -u UV_EXTRA_INDEX_URL -u UV_FIND_LINKS -u UV_DEFAULT_INDEX -u UV_INDEX_URL \
	        $(BIN)/uv pip compile --quiet --no-config --upgrade --universal --generate-hashes --python-version 3.11 \
	        --custom-compile-command "make lock" $${extra:+--extra dev} pyproject.toml -o requirements$$extra.lock; \
	done

clean: ## Remove the virtual environment and caches; .env, .state and the downloads stay
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build *.egg-info
	@find . -name __pycache__ -type d -not -path './.state/*' -prune -exec rm -rf {} +

# -- The virtual environment. The stamp is written last, and a mark stands while libraries are being installed: an
# environment that was left half made is made anew by the next command. The lock keeps two commands from doing it at once.
.venv/.installed: requirements.lock
	$(call install,requirements.lock,$@)

.venv/.installed-dev: requirements-dev.lock
	$(call install,requirements-dev.lock,$@)

define install
@mkdir -p .state
@exec 9> .state/venv.lock; flock 9; \
if [ $(2) -nt $(1) ]; then exit 0; fi; \
test -n "$(PYTHON)" && $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
    echo "Python 3.11 or later is needed: apt-get install python3 (as root), or name one: make PYTHON=/path/to/python3.11" >&2; exit 1; }; \
missing=; \
$(PYTHON) -c 'import ensurepip, venv' 2> /dev/null || missing="$$missing python3-venv"; \
test -e /etc/ssl/certs/ca-certificates.crt || missing="$$missing ca-certificates"; \
if [ -n "$$missing" ]; then \
    if [ "$$(id -u)" != 0 ] || ! command -v apt-get > /dev/null; then \
        echo "Missing:$$missing. Install it as root (apt-get install$$missing), then run this command again." >&2; exit 1; fi; \
    echo "installing$$missing"; \
    { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends $$missing; } > .state/apt.log 2>&1 \
        || { tail -n 5 .state/apt.log >&2; echo "apt-get failed; the whole output is in .state/apt.log" >&2; exit 1; }; \
fi; \
if [ -e .venv/.installing ] || ! $(BIN)/python -c 'import pip' 2> /dev/null; then echo "making .venv"; $(PYTHON) -m venv --clear .venv; fi; \
touch .venv/.installing; \
echo "installing the libraries of $(1) (half a minute the first time)"; \
$(PIP) -r $(1) || { echo "The libraries could not be installed; the reason is above. Check the network, run this again." >&2; exit 1; }; \
printf '#!/bin/sh\nPYTHONPATH="%s" exec "%s/.venv/bin/python" -m ari_app.cli "$$@"\n' "$(CURDIR)" "$(CURDIR)" > $(BIN)/centralita; \
chmod 755 $(BIN)/centralita; \
rm .venv/.installing; touch $(2)
endef
