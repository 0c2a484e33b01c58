# Everything a person does here is a line of this menu. `make report` and `make test` each work
# as the first command after a clone: they build their own environment in .venv, once.

PYTHON ?= python3
override VENV := .venv
override LAB := .venv-lab
override RIVALS := .venv-rivals
override RUN := $(VENV)/bin/python -P -m pipeline
override PACKAGE := pyproject.toml requirements/install.py

# Bytecode halves the start of every command, so a setting that forbids it is lifted.
unexport PYTHONDONTWRITEBYTECODE
# The project's own lock decides what is installed, not what a user has added elsewhere.
export PYTHONNOUSERSITE = 1

# The libraries are those of the environment, not what a user's settings put before them.
unexport PYTHONPATH PYTHONHOME

# What a user gives is taken as it was typed and reaches a command as a variable of its
# environment: neither make nor the shell ever runs it.
override GIVEN := PYTHON PROVIDER PREVIOUS CURRENT PLAN AS_OF WORKERS FORCE EXPLAIN TESTS
$(foreach name,$(GIVEN),$(eval override $(name) := $$(value $(name))))
export $(GIVEN)

# $(call switch,NAME,--option): the option with the value of a variable, if it has one.
override switch = $${$(1):+$(2)="$$$(1)"}
# $(call on,NAME,--option): the option, unless the variable is empty, 0 or no.
override on = $$(case "$$$(1)" in ""|0|no) ;; *) echo "$(2)";; esac)
# What to make, from the command line: make report PROVIDER=... PREVIOUS=2018 CURRENT=2019
override ASKED = $(call switch,PROVIDER,--provider) $(call switch,PREVIOUS,--previous) \
  $(call switch,CURRENT,--current) $(call switch,PLAN,--plan) $(call switch,AS_OF,--as-of) \
  $(call switch,WORKERS,--workers) $(call on,FORCE,--force) $(call on,EXPLAIN,--explain)

.DEFAULT_GOAL := help
.PHONY: help report data test check lab pdf demo bench fuzz mutants dictionary lock clean

help: ## show this menu
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  report takes PROVIDER=, PREVIOUS=, CURRENT=, PLAN=, AS_OF=year-month-day, WORKERS=, FORCE=1, EXPLAIN=1"

report: $(VENV)/report.stamp ## build what is out of date: tables, reports and reports/index.html
	@$(RUN) report $(ASKED)

data: $(VENV)/report.stamp ## check data/raw and build data/processed
	@$(RUN) data $(call on,FORCE,--force) $(call on,EXPLAIN,--explain)

test: $(VENV)/develop.stamp ## run every test, in a process more than there are processors
	@$(VENV)/bin/python -m pytest -n logical --maxprocesses 8 --dist loadfile --no-loadscope-reorder $$TESTS

check: $(VENV)/develop.stamp ## style, types, import directions, notebook hygiene, lock files
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(VENV)/bin/nbstripout --keep-id --verify notebooks/*.ipynb
	$(VENV)/bin/python -m pytest tests/build/test_environment.py

lab: $(LAB)/lab.stamp data ## open notebooks, data and docs in JupyterLab (an environment of its own)
	@env -u MAKEFLAGS -u MAKELEVEL $(LAB)/bin/jupyter lab --ServerApp.root_dir=. \
	  --LabApp.default_url=/lab/tree/notebooks/explore.ipynb

pdf: report ## print every report to PDF with an installed Chromium, Chrome or Edge
	@$(RUN) pdf

demo: $(VENV)/report.stamp ## reports of 21 simulated providers, three rounds each, in build/demo
	@$(RUN) simulate --providers 21 --rounds 3 --audits 1 --out build/demo/raw
	@$(RUN) report --data build/demo/raw --out build/demo

bench: $(VENV)/develop.stamp ## measure speed and memory; writes docs/benchmarks.md
	@$(VENV)/bin/python -m bench

mutants: $(VENV)/develop.stamp ## break statistics, ratings and rules 60 times: do the tests notice? writes docs/mutants.md
	@$(VENV)/bin/python -m bench.mutants

fuzz: $(VENV)/develop.stamp ## corrupt the raw tables 2,000 times: pages or sentences, no traceback
	@$(VENV)/bin/python -m bench.fuzz --note

dictionary: $(VENV)/report.stamp ## rewrite docs/data-dictionary.md from the data package
	@$(RUN) dictionary > docs/data-dictionary.md

lock: ## resolve requirements/*.txt anew from pyproject.toml (needs uv and the network)
	uv pip compile -q $(RESOLVE) --extra build -o requirements/report.txt
	uv pip compile -q $(RESOLVE) --extra build --extra develop -c requirements/report.txt -o requirements/develop.txt
	uv pip compile -q $(RESOLVE) --extra build --extra lab -c requirements/report.txt -o requirements/lab.txt
	uv pip compile -q $(RESOLVE) --extra build --extra rivals -c requirements/report.txt -o requirements/rivals.txt

clean: ## remove everything that make can build again
	rm -rf $(VENV) $(LAB) $(RIVALS) $(VENV).lock $(LAB).lock $(RIVALS).lock build .pytest_cache .hypothesis .mypy_cache .ruff_cache .import_linter_cache
	find data/processed reports -mindepth 1 -not -name README.md -delete
	find pipeline tests bench -name __pycache__ -prune -exec rm -rf {} +

override RESOLVE := --upgrade --universal --python-version 3.11 --generate-hashes --no-header --no-annotate pyproject.toml

$(VENV)/report.stamp: requirements/report.txt $(PACKAGE)
	@"$$PYTHON" requirements/install.py $(VENV) requirements/report.txt

$(VENV)/develop.stamp: requirements/develop.txt $(VENV)/report.stamp
	@"$$PYTHON" requirements/install.py $(VENV) requirements/develop.txt

$(LAB)/lab.stamp: requirements/lab.txt $(PACKAGE)
	@"$$PYTHON" requirements/install.py $(LAB) requirements/lab.txt
