# Everything a person does here is a line of this menu. `make report` and `make test` each work
# as the first command after a clone: they build their own environment in .venv, once.

PYTHON ?= python3
VENV := .venv
LAB := .venv-lab
RUN := $(VENV)/bin/python -m pipeline
PACKAGE := pyproject.toml

# Bytecode halves the start of every command, so a setting that forbids it is lifted.
unexport PYTHONDONTWRITEBYTECODE
# The project's own lock decides what is installed, not what a user has added elsewhere.
export PYTHONNOUSERSITE = 1
export PIP_DISABLE_PIP_VERSION_CHECK = 1

# $(call on,VALUE,SWITCH): the switch, unless it is set to 0 or no.
on = $(if $(filter-out 0 no,$(1)),$(2))
# What to make, from the command line: make report PROVIDER=... PREVIOUS=2018 CURRENT=2019
ASKED := $(if $(PROVIDER),--provider "$(PROVIDER)") $(if $(PREVIOUS),--previous "$(PREVIOUS)") \
  $(if $(CURRENT),--current "$(CURRENT)") $(if $(PLAN),--plan "$(PLAN)") \
  $(if $(AS_OF),--as-of "$(AS_OF)") $(call on,$(FORCE),--force) $(call on,$(EXPLAIN),--explain) \
  $(if $(WORKERS),--workers "$(WORKERS)")

.DEFAULT_GOAL := help
.PHONY: help report data test check lab pdf demo bench dictionary lock clean

help: ## show this menu
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  report takes PROVIDER=, PREVIOUS=, CURRENT=, PLAN=, AS_OF=year-month-day, WORKERS=, FORCE=1, EXPLAIN=1"

report: $(VENV)/report.stamp ## build what is out of date: tables, reports and reports/index.html
	@$(RUN) report $(ASKED)

data: $(VENV)/report.stamp ## check data/raw and build data/processed
	@$(RUN) data $(call on,$(FORCE),--force) $(call on,$(EXPLAIN),--explain)

test: $(VENV)/develop.stamp ## run every test
	@$(VENV)/bin/python -m pytest $(TESTS)

check: $(VENV)/develop.stamp ## style, types, import directions, notebook hygiene, lock files
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(VENV)/bin/nbstripout --keep-id --verify notebooks/*.ipynb
	$(VENV)/bin/python -m pytest tests/test_environment.py

lab: $(LAB)/lab.stamp data ## open the notebooks in JupyterLab (an environment of its own)
	@$(LAB)/bin/jupyter lab --notebook-dir=notebooks

pdf: report ## print every report to PDF with an installed Chromium, Chrome or Edge
	@$(RUN) pdf

demo: $(VENV)/report.stamp ## reports of 21 simulated providers, three rounds each, in build/demo
	@$(RUN) simulate --providers 21 --rounds 3 --audits 1 --out build/demo/raw
	@$(RUN) report --data build/demo/raw --out build/demo

bench: $(VENV)/develop.stamp ## measure speed and memory; writes docs/benchmarks.md
	@$(VENV)/bin/python -m bench

dictionary: $(VENV)/report.stamp ## rewrite docs/data-dictionary.md from the data package
	@$(RUN) dictionary > docs/data-dictionary.md

lock: ## resolve requirements/*.txt anew from pyproject.toml (needs uv and the network)
	uv pip compile -q $(RESOLVE) --extra build -o requirements/report.txt
	uv pip compile -q $(RESOLVE) --extra build --extra develop -c requirements/report.txt -o requirements/develop.txt
	uv pip compile -q $(RESOLVE) --extra build --extra lab -c requirements/report.txt -o requirements/lab.txt

clean: ## remove everything that make can build again
	rm -rf $(VENV) $(LAB) build .pytest_cache .hypothesis .mypy_cache .ruff_cache .import_linter_cache
	find data/processed reports -mindepth 1 -not -name README.md -delete
	find pipeline tests bench -name __pycache__ -prune -exec rm -rf {} +

RESOLVE := --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml

# $(call install,ENVIRONMENT,LOCK): exactly what the lock file says, hashes checked, then ourselves.
define install
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or later is needed; name one with make PYTHON=python3.12 ..."; exit 1; }
	@echo "Setting up $(1) from $(2), once ..."
	@test -x $(1)/bin/python || $(PYTHON) -m venv $(1)
	@if command -v uv >/dev/null 2>&1; then \
	  uv pip install --quiet --python $(1)/bin/python --require-hashes --compile-bytecode -r $(2) && \
	  uv pip install --quiet --python $(1)/bin/python --no-deps --no-build-isolation --no-index -e .; \
	else \
	  $(1)/bin/python -m pip install --quiet --require-hashes -r $(2) && \
	  $(1)/bin/python -m pip install --quiet --no-deps --no-build-isolation --no-index -e .; \
	fi
endef

$(VENV)/report.stamp: requirements/report.txt $(PACKAGE)
	$(call install,$(VENV),requirements/report.txt)
	@touch $@

$(VENV)/develop.stamp: requirements/develop.txt $(VENV)/report.stamp
	$(call install,$(VENV),requirements/develop.txt)
	@touch $@

$(LAB)/lab.stamp: requirements/lab.txt $(PACKAGE)
	$(call install,$(LAB),requirements/lab.txt)
	@touch $@
