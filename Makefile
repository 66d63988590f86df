# Sidecard: `make help` lists what there is.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= $(shell for p in python3.14 python3.13 python3.12 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin

.PHONY: help demo test check bench format messages requirements clean

help: ## List the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.venv/.synced: requirements-dev.txt requirements-uv.txt
	@test -n "$(PYTHON)" || { echo "Sidecard needs Python 3.12 or newer; none was found. Install one, or name it: make PYTHON=/path/to/python3"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.txt
	@$(BIN)/uv pip sync --quiet --require-hashes requirements-dev.txt
	@touch $@

# Django's own CSRF tests, which its wheel lacks: from its source archive, whose hash requirements.txt has.
.venv/django-tests: requirements.txt | .venv/.synced
	@rm -rf $@ .venv/django-source
	@$(BIN)/python -m pip download --quiet --disable-pip-version-check --no-deps --no-binary django --require-hashes \
		-d .venv/django-source -r <(sed -n '/^django==/,/[^\\]$$/p' requirements.txt) \
		&& tar -xzf .venv/django-source/django-*.tar.gz -C .venv/django-source \
		&& mkdir $@ && mv .venv/django-source/django-*/tests/csrf_tests $@ \
		|| echo "Django's source could not be fetched: its own CSRF tests are left out"
	@rm -rf .venv/django-source

demo: .venv/.synced ## Start a SuperOffice sandbox, Sidecard and its worker on this machine
	@exec $(BIN)/python -m tests.demo

# Many tests wait for something: three workers keep two cores busy.
test: .venv/.synced .venv/django-tests ## Run all tests, browser tests included where a Chromium is found
ifdef ARGS
	$(BIN)/python -m pytest $(ARGS)
else
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder
endif

check: .venv/.synced ## Lint, types, import rules, templates, deployment checks, migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	SUPEROFFICE_LOGIN_URL=http://localhost:8800 $(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint templates tests/sandbox/pages --check --lint
	$(BIN)/python -m tests.house_rules
	@$(BIN)/python -m tests.deployment_check

bench: .venv/.synced ## Measure, one JSON line a figure
	@$(BIN)/python -m tests.bench

format: .venv/.synced ## Bring code and templates into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/djlint templates tests/sandbox/pages --reformat --quiet

messages: .venv/.synced ## Collect our own texts for translation, compile what is translated
	@SUPEROFFICE_LOGIN_URL=http://localhost:8800 DJANGO_SETTINGS_MODULE=panel.settings $(BIN)/python -m tests.messages

requirements: .venv/.synced ## Pin the newest releases that pyproject.toml allows
	$(BIN)/uv pip compile pyproject.toml --upgrade --universal --generate-hashes --no-emit-index-url --no-header -q -o requirements.txt
	$(BIN)/uv pip compile pyproject.toml --group dev --upgrade --universal --generate-hashes --no-emit-index-url --no-header -q -c requirements.txt -o requirements-dev.txt

clean: ## Remove the environment, caches and the demo's state
	rm -rf .venv var .mypy_cache .ruff_cache .hypothesis .import_linter_cache
