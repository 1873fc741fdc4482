# `make run` tries Parley, `make test` checks it; both set up what they need in .venv first.

PORT ?= 8000
PYTHON ?= python3

export DEBUG := 1
PY := .venv/bin/python
INSTALL := $(PY) -m pip install -qq --disable-pip-version-check --requirement

.PHONY: help run test soak bench screenshots lint format types
.DEFAULT_GOAL := help

help:
	@echo "make run      set up Parley, load the demo and serve it on http://127.0.0.1:$(PORT) (PORT=…)"
	@echo "make test     run every check and test"
	@echo "make soak     run the tests that take many minutes: more seeds, longer histories"
	@echo "make bench    measure how quick Parley is on this machine (ONLY='busy-room', ARGS=--quick)"
	@echo "make screenshots   take the pictures in docs/screenshots anew"
	@echo "make lint     check format, style and the arrows between the parts"
	@echo "make format   format the code and mend what can be mended"
	@echo "make types    check the types"

run: .venv/parley
	@$(PY) manage.py migrate --verbosity 0
	@LOG_LEVEL=ERROR $(PY) manage.py seed_demo # which goes on without Redis: nobody serves yet
	@exec env CHAT_TICK_INTERVAL=10 $(PY) manage.py runserver --demo 127.0.0.1:$(PORT)

lint: .venv/parley-dev
	@.venv/bin/ruff format --check --quiet . || { echo "Run: make format"; exit 1; }
	@.venv/bin/ruff check --quiet .
	@.venv/bin/lint-imports --no-logo

format: .venv/parley-dev
	@.venv/bin/ruff check --fix --quiet . ; .venv/bin/ruff format --quiet .

types: .venv/parley-dev
	@.venv/bin/mypy

# The tests never touch what `make run` shows.
test: export VAR_DIR := $(CURDIR)/var/test
test: .venv/parley-dev
	@rm -f var/test/*.xml
	@echo "== Format, style, arrows"
	@$(MAKE) --no-print-directory lint
	@echo "== Types"
	@$(MAKE) --no-print-directory types
	@echo "== Migrations and generated documents are up to date"
	@$(PY) manage.py makemigrations --check --dry-run
	@$(PY) manage.py protocol_docs --check
	@echo "== JavaScript"
	@"$$($(PY) tests/node.py)" --test tests/js/*.test.js
	@echo "== Python, on SQLite"
	@$(PY) -m pytest -n 2 --ignore tests/browser --junit-xml var/test/sqlite.xml
	@echo "== What depends on the database, on PostgreSQL"
	@PARLEY_DB=postgres $(PY) -m pytest -n 2 --ignore tests/browser --junit-xml var/test/postgres.xml
	@echo "== PostgreSQL restarts" # alone: nobody else may need it meanwhile
	@PARLEY_DB=postgres $(PY) -m pytest tests/faults/postgres_restarts.py \
	  --junit-xml var/test/postgres-restarts.xml
	@echo "== Browser" # in a process of its own: playwright leaves an event loop running
	@$(PY) -m pytest -p no:randomly tests/browser --junit-xml var/test/browser.xml
	@$(PY) tests/skipped.py var/test/*.xml

soak: .venv/parley-dev
	@$(PY) -m pytest -n 2 -m soak --ignore tests/browser
	@PARLEY_DB=postgres $(PY) -m pytest -m soak tests/faults/postgres_restarts.py \
	  tests/faults/test_everything_at_once.py \
	  tests/sockets/test_made_up_calls.py
	@$(PY) -m pytest tests/browser # in random order, though one server serves them all

bench: .venv/parley-dev
	@$(PY) -m comparison $(ARGS) $(ONLY)

# One at a time, in their order: each begins where the one before has ended.
screenshots: .venv/parley-dev
	@$(PY) -m pytest -q -p no:randomly tests/browser/screenshots.py

.venv/parley: requirements.txt | .venv/bin/python
	@echo "Installing what Parley needs into .venv …"
	@$(INSTALL) requirements.txt
	@touch $@

.venv/parley-dev: requirements-dev.txt .venv/parley
	@echo "Installing what the tests need into .venv …"
	@$(INSTALL) requirements-dev.txt
	@touch $@

.venv/bin/python:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "Parley needs Python 3.11 or newer, and there is no $(PYTHON) here."; \
	  echo "Debian, Ubuntu: sudo apt install python3 python3-venv"; \
	  echo "Fedora: sudo dnf install python3.   Others: https://www.python.org/downloads/"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Parley needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V)."; \
	  echo "Install a newer one (https://www.python.org/downloads/) and name it:"; \
	  echo "  make run PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "Python's venv module is missing. On Debian and Ubuntu it is a package of its own:"; \
	  echo "  sudo apt install python3-venv"; exit 1; }
	@$(PYTHON) -m venv .venv
