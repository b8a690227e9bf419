# Every command of the project. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.PHONY: help demo test check bench schema messages format

PYTHON ?= python3
BIN := .venv/bin
export PORT ?= 8000

help: ## lists these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .venv/installed messages ## everything, with sample content, on http://localhost:PORT (8000); Ctrl-C stops it
	@docker/demo.sh

test: .venv/installed messages ## all tests; those that need a server run where its URL is set
	$(BIN)/python -m pytest -n $${TEST_WORKERS:-2} $(ARGS)

check: .venv/installed messages ## lint, types, import directions, Django's checks, missing migrations, changes of the schema
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	DJANGO_SETTINGS_MODULE=cms.settings.test $(BIN)/python manage.py check --fail-level WARNING
	DJANGO_SETTINGS_MODULE=cms.settings.test $(BIN)/python manage.py makemigrations --check --dry-run
	DJANGO_SETTINGS_MODULE=cms.settings.test $(BIN)/python manage.py graphql_schema --check
	DJANGO_SETTINGS_MODULE=cms.settings.test $(BIN)/python manage.py trusted_documents --check

schema: .venv/installed ## writes api/schema.graphql and the manifest of the apps' documents anew
	DJANGO_SETTINGS_MODULE=cms.settings.test $(BIN)/python manage.py graphql_schema
	DJANGO_SETTINGS_MODULE=cms.settings.test $(BIN)/python manage.py trusted_documents

bench: .venv/installed messages ## every benchmark, small; SIZE=province for the real size
	$(BIN)/python -m bench

format: .venv/installed ## puts the code into the house's form
	$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .

messages: .venv/installed ## compiles the message catalogues
	@$(BIN)/python locale/compile.py

.venv/installed: requirements.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
	@touch $@
