# Everything happens in .venv, made from the hashed locks in requirements/, but for the client libraries of Node and Go, which
# tests/clients/tools.py installs from theirs. `make` alone says what there is.

VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
UPGRADE ?=
CASES ?= 20000
HISTORIES ?= 20000
FLOWS ?= 300
OUTAGES ?= 20
NAMES ?= 500

NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
ifndef PYTHON
PYTHON := $(shell for python in python3.11 python3 python3.12 python3.13 python3.14; do \
	"$$python" -c '$(NEW_ENOUGH)' >/dev/null 2>&1 && echo "$$python" && break; done)
endif

# The environment's own pip or, where Python comes without ensurepip (Debian without python3-venv), the machine's.
PIP := pip() { if $(BIN)/python -m pip --version >/dev/null 2>&1; then $(BIN)/python -m pip "$$@"; \
	else $(PYTHON) -m pip --python $(BIN)/python "$$@"; fi; }; pip --disable-pip-version-check

COMPILE := env -u PIP_FIND_LINKS CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --strip-extras --allow-unsafe $(UPGRADE)

.PHONY: help env run test fuzz histories crash-epp hosts year test-browser pictures check bench bench-pages docs lock clean
.DEFAULT_GOAL := help

help: ## say what there is (the default)
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

env: $(VENV)/.run ## make the environment in .venv from the lock, and nothing else

run: env ## start Ordain with its state in state/ (or in $ORDAIN_STATE), on an empty folder too
	@exec env ORDAIN_STATE="$${ORDAIN_STATE:-state}" $(BIN)/ordain serve $(ARGS)

test: $(VENV)/.test ## run the tests; ARGS="-k cart" narrows them
	@$(BIN)/python -m tests.clients.tools
	$(BIN)/pytest $(ARGS)

fuzz: $(VENV)/.test ## send 20,000 requests made up from the description; CASES=100000 sends more
	FUZZ_CASES=$(CASES) $(BIN)/pytest --dist=load tests/fuzz $(ARGS)

histories: $(VENV)/.test ## live through 20,000 made-up histories with crashes at every step; HISTORIES=100000, SEED=7
	ORDAIN_HISTORIES=$(HISTORIES) ORDAIN_HISTORIES_SEED="$(or $(SEED),$$(date +%s))" \
		$(BIN)/pytest --dist=load tests/histories $(ARGS)

crash-epp: $(VENV)/.test ## order 300 names over a bad line to a registry, with kills, on both engines; FLOWS=100, SEED=7
	ORDAIN_CRASH_FLOWS=$(FLOWS) ORDAIN_CRASH_SEED="$(SEED)" $(BIN)/pytest --numprocesses=0 --quiet --capture=no \
		-o faulthandler_timeout=0 tests/crash/test_crash_epp.py $(ARGS)

hosts: $(VENV)/.test ## let the PostgreSQL of two hosts hang, die and be replaced while orders are placed (root); OUTAGES=50, SEED=7
	ORDAIN_OUTAGES=$(OUTAGES) ORDAIN_CRASH_SEED="$(SEED)" $(BIN)/pytest --numprocesses=0 --quiet --capture=no \
		-o faulthandler_timeout=0 tests/hosts/test_hosts.py $(ARGS)

year: $(VENV)/.test ## let a year and more pass for 500 names, day by day, and check all that came of it; NAMES=2000 has more
	YEAR_NAMES=$(NAMES) $(BIN)/pytest -n0 -o faulthandler_timeout=0 tests/year -k "not postgresql" $(ARGS)

test-browser: $(VENV)/.test ## only visit the pages in a Chromium (CHROMIUM=/path); PICTURES=folder keeps pictures
	ORDAIN_TEST_NEEDS=all $(BIN)/pytest tests/browser $(ARGS)

pictures: $(VENV)/.test ## take the pictures in docs/images anew, in a Chromium: look at them all
	ORDAIN_TEST_NEEDS=all PICTURES=docs/images $(BIN)/pytest -q -n0 tests/browser/test_every_page.py $(ARGS)

check: $(VENV)/.test ## format, lint, types and the style guide
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy --strict src tests bench
	$(BIN)/pytest --numprocesses=0 --quiet tests/test_tidy.py

BENCHES = signatures delivery search sizes
bench: $(VENV)/.test ## measure all of it beside a bare ASGI hello; ARGS=--record keeps it, ARGS=--profile tells where time goes
	$(BIN)/python bench/order_flow.py $(ARGS)
ifeq ($(filter --profile,$(ARGS)),)
	@for each in $(BENCHES); do $(BIN)/python bench/$$each.py $(filter --record,$(ARGS)) || exit; done
endif

bench-pages: $(VENV)/.test ## measure when a Chromium shows something of a page, and what the page weighs
	$(BIN)/python bench/pages.py

docs: env ## write the generated pages of docs/
	$(BIN)/ordain docs

lock: $(VENV)/.test ## write requirements/*.txt anew; UPGRADE=--upgrade takes newer versions
	$(COMPILE) --build-deps-for=editable --build-deps-for=wheel --output-file=requirements/run.txt pyproject.toml
	$(COMPILE) --output-file=requirements/test.txt requirements/test.in

clean: ## remove the environment and the caches; never the state
	rm -rf $(VENV) dist build tests/clients/node/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find src tests bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

$(VENV)/.run: requirements/run.txt pyproject.toml
	@test -n "$(PYTHON)" && "$(PYTHON)" -c '$(NEW_ENOUGH)' || { \
		echo "Ordain needs Python 3.11 or newer. Found: $$("$(or $(PYTHON),python3)" --version 2>&1 | head -n 1)." >&2; \
		echo "If it is installed elsewhere: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(BIN)/python -c '$(NEW_ENOUGH)' 2>/dev/null || "$(PYTHON)" -m venv --clear $(VENV) >/dev/null 2>&1 \
		|| "$(PYTHON)" -m venv --clear --without-pip $(VENV)
	@echo "Installing what requirements/run.txt locks into $(VENV)"
	@$(PIP) install --quiet --require-hashes --requirement requirements/run.txt
	@$(PIP) install --quiet --no-build-isolation --no-deps --editable .
	@touch $@

$(VENV)/.test: requirements/test.txt $(VENV)/.run
	@echo "Installing what requirements/test.txt locks into $(VENV)"
	@$(PIP) install --quiet --require-hashes --requirement requirements/test.txt
	@touch $@
