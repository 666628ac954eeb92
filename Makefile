# Shophand: everything from a fresh clone, with Python 3.11-3.13 and make.
# A stamp in .venv remembers what is installed, so a second `make` starts at once.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV   := .venv
BIN    := $(VENV)/bin
UV     := $(BIN)/uv
LOCKED := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet
TAU2   := ../shared/data/tau2_retail
PICK   := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))

# The first Python that fits; `make PYTHON=... demo` chooses another.
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
	"$$name" -c '$(PICK)' 2>/dev/null && { echo "$$name"; break; }; done)

.PHONY: help demo test lint prove prove-runs prove-judge prove-processes prove-bugs mutants bench evals lock clean runtime dev

help: ## Show these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: runtime ## Build the sample store, run a reorder, show what needs a decision
	@$(BIN)/shophand demo

test: dev ## Run every test, real PostgreSQL and a real browser included
	@.ci/chromium $(BIN)/python
	@$(BIN)/python -m pytest -n 2 --dist loadfile -q

lint: dev ## Check style, formatting, types and the import arrows
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

prove: prove-runs prove-judge prove-processes prove-bugs ## The long form of the gate's proofs; each part is a target too

prove-runs: dev # 100,000 hostile steps on SQLite, 10,000 on PostgreSQL, each in two processes
	@SHOPHAND_PROVE=1 $(BIN)/python -m pytest -q tests/hostile/test_simulation.py

prove-judge: dev # 100,000 decisions beside Cedar, and all else of the rule language
	@SHOPHAND_PROVE=1 $(BIN)/python -m pytest -n 2 -q tests/policies

prove-processes: dev # 1,000 approvals, 10 processes; 200 orders, one budget; on both databases
	@SHOPHAND_PROVE=1 $(BIN)/python -m pytest -q tests/tools/test_concurrency_processes.py

prove-bugs: dev # every planted bug in five seeds
	@SHOPHAND_PROVE=1 $(BIN)/python -m pytest -n 2 -q tests/hostile/test_planted_bugs.py

mutants: dev ## Change the gate's code in small ways and count what the tests notice (SAMPLE=20 of each file)
	@$(BIN)/python -m tests.mutation --sample $(or $(SAMPLE),0)

bench: dev ## Measure the budgets of this machine
	@set -e; for script in bench/*.py; do echo "== $$script"; $(BIN)/python "$$script"; done

evals: dev ## Evaluate everything offline on all cores, print the table of the README
	@$(BIN)/python -m evals.everything --home .shophand --tau2 $(TAU2)

lock: $(VENV)/.uv ## Pin all dependencies again, with hashes
	$(UV) pip compile $(LOCKED) requirements/uv.in -o requirements/uv.lock
	$(UV) pip compile $(LOCKED) pyproject.toml requirements/build.in --extra postgres --extra knowledge \
		--extra oidc --extra telemetry \
		-c requirements/together.in -o requirements/runtime.lock
	$(UV) pip compile $(LOCKED) pyproject.toml requirements/build.in --extra postgres --extra knowledge \
		--extra oidc --extra telemetry --group dev \
		-c requirements/runtime.lock -o requirements/dev.lock

clean: ## Remove the environment and all caches (never the store in .shophand/)
	rm -rf $(VENV) build dist out .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find agent app bench evals policies prompts shop tests tools -name __pycache__ -prune -exec rm -rf {} +

runtime: $(VENV)/.runtime
dev: $(VENV)/.dev

$(VENV)/.uv: requirements/uv.lock
	@if [ -z "$(PYTHON)" ]; then \
		echo "make: Shophand needs Python 3.11, 3.12 or 3.13; python3 here is" \
			"$$(python3 -V 2>&1 || true). Install one, or name it: make PYTHON=python3.12 demo" >&2; exit 1; fi
	@$(PYTHON) -c '$(PICK)' || { \
		echo "make: $(PYTHON) is $$($(PYTHON) -V 2>&1); Shophand needs Python 3.11, 3.12 or 3.13" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "make: $(PYTHON) has no venv module; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@echo "Creating $(VENV) with $$($(PYTHON) -V)" >&2
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.lock
	@touch $@

# Own code is installed as a link to this directory; the build backend comes from the same lock.
define install
	@echo "Installing $(1)" >&2
	@VIRTUAL_ENV=$(VENV) $(UV) pip sync --quiet --compile-bytecode --require-hashes $(1)
	@VIRTUAL_ENV=$(VENV) $(UV) pip install --quiet --no-deps --no-build-isolation --offline --editable .
endef

$(VENV)/.runtime: requirements/runtime.lock pyproject.toml | $(VENV)/.uv
	$(call install,requirements/runtime.lock)
	@rm -f $(VENV)/.dev
	@touch $@

# The development lock holds the runtime lock, so it stands for both.
$(VENV)/.dev: requirements/dev.lock pyproject.toml | $(VENV)/.uv
	$(call install,requirements/dev.lock)
	@touch $(VENV)/.runtime $@
