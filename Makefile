# Everything a person needs: `make run` to look, `make test` to be sure. `make help` lists the rest.

SHELL := /bin/bash
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
STAMPS := .make
JOBS ?= 2

.DEFAULT_GOAL := help
.PHONY: help setup run test check soak looks lock

help: ## list what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

$(STAMPS)/runtime: requirements.txt pyproject.toml .setup/install
	@.setup/install runtime "$(PYTHON)"
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/tests: requirements-dev.txt pyproject.toml .setup/install
	@.setup/install tests "$(PYTHON)"
	@mkdir -p $(STAMPS) && touch $(STAMPS)/runtime $@

$(STAMPS)/assets: uatapp/web/assets.py $(shell find templates -name '*.html' 2>/dev/null)
	@$(BIN)/python -m uatapp.web.assets
	@mkdir -p $(STAMPS) && touch $@

setup: $(STAMPS)/runtime ## install what is missing to run
	@$(MAKE) --no-print-directory $(STAMPS)/assets

run: setup ## start it with the worked example (EMPTY=1: an empty installation; PORT=8000)
	@if [ -n "$(EMPTY)" ]; then \
	  export UATAPP_HOME="$${UATAPP_HOME:-.uatapp/empty}" UATAPP_BASE_URL="$${UATAPP_BASE_URL:-http://127.0.0.1:$(PORT)}"; \
	  $(BIN)/uatapp migrate && $(BIN)/uatapp setup-link && exec $(BIN)/uatapp run; \
	else \
	  export UATAPP_BASE_URL="$${UATAPP_BASE_URL:-http://127.0.0.1:$(PORT)}"; exec $(BIN)/uatapp demo; \
	fi

test: $(STAMPS)/tests ## install what tests need and run them all
	@$(MAKE) --no-print-directory $(STAMPS)/assets
	@$(BIN)/pytest -n $(JOBS) --dist loadgroup --durations=15 $(ARGS)

soak: $(STAMPS)/tests ## run the same tests with full counts
	@$(MAKE) --no-print-directory $(STAMPS)/assets
	@UATAPP_SOAK=1 $(BIN)/pytest -n $(JOBS) --dist loadgroup --durations=25 $(ARGS)

check: $(STAMPS)/tests ## format, types, contracts, pure tests; under a minute
	@$(MAKE) --no-print-directory $(STAMPS)/assets
	@$(BIN)/ruff format --check uatapp tests
	@$(BIN)/ruff check uatapp tests
	@$(BIN)/mypy uatapp
	@$(BIN)/lint-imports
	@$(BIN)/pytest -q -n $(JOBS) tests/gherkin tests/architecture -m "not corpora" tests/*/test_rules.py

looks: $(STAMPS)/tests ## take pictures of every page into looks/
	@$(MAKE) --no-print-directory $(STAMPS)/assets
	@UATAPP_LOOKS=looks $(BIN)/pytest -q -m looks $(ARGS)

lock: ## renew the lock files (needs uv)
	@for extra in "" dev; do \
	  uv pip compile --universal --python-version 3.11 --generate-hashes --upgrade --no-emit-index-url \
	    --no-emit-find-links --no-annotate --no-header --no-emit-package django -q $${extra:+--extra $$extra} \
	    pyproject.toml -o requirements$${extra:+-$$extra}.txt; done
