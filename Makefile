# `make run` to look, `make test` to be sure; `make help` lists the rest.

SHELL := /bin/bash
PYTHON ?= python3
PORT ?= 8000
JOBS ?= 2
ARGS ?=
BIN := .venv/bin
# stamps live in the environment they speak of: remove .venv and everything is installed again
STAMPS := .venv/.made
ASSETS := static/built/icons.svg
TEMPLATES := $(shell find templates -name '*.html')
LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	--no-annotate --no-header --no-emit-package django --quiet $(LOCKARGS)

.DEFAULT_GOAL := help
.PHONY: help setup setup-tests run test check soak validation-report bench load sbom looks lock

help: ## list what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

$(STAMPS)/runtime: requirements.txt requirements-build.txt pyproject.toml .setup/install
	@.setup/install runtime "$(PYTHON)"
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/tests: requirements-dev.txt requirements-build.txt pyproject.toml .setup/install
	@.setup/install tests "$(PYTHON)"
	@mkdir -p $(STAMPS) && touch $(STAMPS)/runtime $@

# made again when the wheels, the builder or the icons that templates name may have changed
$(ASSETS): $(STAMPS)/runtime uatapp/web/assets.py $(TEMPLATES)
	@echo "Building static/built"
	@$(BIN)/python -m uatapp.web.assets
	@touch $@

setup: $(STAMPS)/runtime $(ASSETS) ## install what is missing to run it
	@:

# tests first, so that their larger lock is the one that is installed
setup-tests: $(STAMPS)/tests ## install what is missing to test it
	@$(MAKE) --no-print-directory $(ASSETS)

run: setup ## start it with the worked example (EMPTY=1: an empty installation; PORT=8000)
	@export UATAPP_BASE_URL="$${UATAPP_BASE_URL:-http://127.0.0.1:$(PORT)}"; \
	if [ -n "$(EMPTY)" ]; then \
	  export UATAPP_HOME="$${UATAPP_HOME:-.uatapp-empty}"; \
	  echo "An empty installation in $$UATAPP_HOME"; \
	  $(BIN)/uatapp migrate && $(BIN)/uatapp setup-link && exec $(BIN)/uatapp run; \
	else \
	  exec $(BIN)/uatapp demo; \
	fi

test: setup-tests ## run all tests (ARGS="…" goes to pytest)
	@$(if $(ARGS),,UATAPP_COVERAGE=docs/coverage.md) $(BIN)/pytest -n $(JOBS) --dist loadgroup --durations=15 $(ARGS)

check: setup-tests ## format, types, contracts and pure tests; under a minute
	$(BIN)/ruff format --check uatapp tests benchmarks
	$(BIN)/ruff check uatapp tests benchmarks
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/vulture
	$(BIN)/mypy uatapp benchmarks
	$(BIN)/lint-imports --no-logo
	$(BIN)/pytest -n $(JOBS) -m "pure and not corpora" $(ARGS)

soak: setup-tests ## the same tests with full counts
	@UATAPP_SOAK=1 $(BIN)/pytest -n $(JOBS) --dist loadgroup --durations=25 $(ARGS)

validation-report: setup-tests ## test what is asked of signed records, and write docs/validation.md
	@UATAPP_VALIDATION=docs/validation.md $(BIN)/pytest -n $(JOBS) --dist loadgroup $(ARGS)

bench: setup-tests ## measure, and write docs/benchmarks.md (ARGS="pages --sizes 1000": less)
	@$(BIN)/python -m benchmarks $(ARGS)

load: setup-tests ## let testers work for ten minutes, and write docs/load.md (ARGS="--minutes 1": shorter)
	@$(BIN)/python -m benchmarks.load $(ARGS)

sbom: setup-tests ## list what it depends on, as a software bill of materials (sbom.json)
	@$(BIN)/python -m cyclonedx_py requirements requirements.txt --output-reproducible --of JSON -o sbom.json

looks: setup-tests ## take pictures of every page into looks/
	@UATAPP_LOOKS=looks $(BIN)/pytest -m looks $(ARGS)

lock: ## make the lock files again (needs uv; LOCKARGS=--upgrade: newer versions)
	$(LOCK) pyproject.toml -o requirements.txt
	$(LOCK) --extra dev -c requirements.txt pyproject.toml -o requirements-dev.txt
	$(LOCK) --group build -c requirements-dev.txt -o requirements-build.txt
