# Two commands do everything: `make demo` and `make test`. The rest is for developers.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Test files run side by side, each file in one process.
JOBS ?= 2
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: help demo test check fuzz docs test-faults test-long test-servers test-browser bench serve format requirements clean
.DEFAULT_GOAL := help

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

$(VENV)/.run: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "announcer needs Python 3.11 or newer; name one: make PYTHON=python3.12")'
	@echo "Setting up $(VENV) (about a minute, once) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --quiet --require-hashes --no-deps -r requirements.txt
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.txt
	@echo "Adding the test tools …"
	@$(PIP) install --quiet --require-hashes --no-deps -r requirements-dev.txt
	@touch $@

demo: $(VENV)/.run ## The Dortmund conference in fast-forward, into the sandbox
	@$(BIN)/announcer rehearse examples/kommunen-innovativ

serve: $(VENV)/.run ## The service, with config.toml
	@$(BIN)/announcer serve

test: $(VENV)/.dev ## Unit, contract, integration and scenario tests
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadfile -m "not long and not servers and not browser"

test-servers: $(VENV)/.dev ## Tests against real servers (installs Postfix, Dovecot, SpamAssassin, feed and calendar readers, a Bluesky PDS, Synapse)
	@sh tests/servers/install.sh
	@$(BIN)/python -m pytest tests/servers -m "servers and not long"

test-browser: $(VENV)/.dev ## Pages in Debian's Chromium (installs it)
	@sh tests/browser/install.sh
	@$(BIN)/python -m pytest tests/browser -m browser

test-faults: $(VENV)/.dev ## What must be survived, on both stores, with a table of figures at the end
	@$(BIN)/python -m pytest tests/faults -m "not long"

test-long: $(VENV)/.dev ## The kill loops, many minutes
	@sh tests/servers/install.sh
	@$(BIN)/python -m pytest tests/faults tests/integration/test_laws.py tests/contract/test_lost_answers.py tests/servers -m long -s

check: $(VENV)/.dev ## Format, lint, types, layers, security, pinned requirements
	@$(BIN)/ruff format --check src tests bench
	@$(BIN)/ruff check src tests bench
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/bandit --quiet --recursive --severity-level medium --confidence-level medium --configfile pyproject.toml src
	@$(BIN)/python -m tests.supply

docs: $(VENV)/.dev ## The manual as a site, in build/docs
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict
	@echo "build/docs/index.html"

fuzz: $(VENV)/.dev ## Every parser of foreign bytes, with many damaged samples
	@ANNOUNCER_FUZZ=3000 $(BIN)/python -m pytest tests/unit/security/test_foreign_bytes.py -n $(JOBS)

format: $(VENV)/.dev ## Format and mend what can be mended
	@$(BIN)/ruff format src tests bench
	@$(BIN)/ruff check --fix src tests bench

bench: $(VENV)/.dev ## Benchmarks, as ratios against a named baseline
	@$(BIN)/python -m bench

requirements: ## Pin and hash anew (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml --group build -o requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml --group build --extra dev -c requirements.txt -o requirements-dev.txt

clean: ## Remove what was built
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .hypothesis
