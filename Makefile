# Everything sets itself up: `make demo` and `make test` need Python >= 3.12, make and the package registries.
SHELL := /bin/bash
.DELETE_ON_ERROR:
.PHONY: demo test fast lint types fences kernels-linkage kernels-estimate tests docs study bench audit clean help
.DEFAULT_GOAL := help

UV = $(shell tools/bootstrap.sh --which)
BIN := .venv/bin
STAMPS := .venv/.stamps

help: ## say what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | column -t -s "$$(printf '\t')"

demo: export PYTHONDONTWRITEBYTECODE =
demo: $(STAMPS)/run ## the whole workflow on synthetic data, into demo-out/
	@$(BIN)/python tools/compile_kernels.py estimate & \
	$(BIN)/uncounted demo --out demo-out; status=$$?; wait; exit $$status

test: $(STAMPS)/dev $(STAMPS)/browser ## every check: ruff, mypy, import-linter, pytest, the pages
	@$(MAKE) --no-print-directory --jobs=2 --output-sync kernels-linkage lint types fences kernels-estimate
	@$(MAKE) --no-print-directory tests

SLOW := sampler or crash or process or exhaustive or volume or scrypt or browser
fast: export PYTHONDONTWRITEBYTECODE =
fast: $(STAMPS)/dev lint ## ruff, sizes, and all tests but the slow kinds (markers in pyproject.toml)
	@$(BIN)/python -m pytest -q -m "not ($(SLOW))"

lint: $(STAMPS)/dev ## ruff, and the sizes of modules and rooms
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/python tools/house_rules.py

types: $(STAMPS)/dev ## mypy, strict
	@$(BIN)/mypy

fences: $(STAMPS)/dev ## import-linter: which room may know which
	@$(BIN)/lint-imports

# before two workers would each compile them for themselves, which takes minutes
kernels-linkage kernels-estimate: kernels-%: $(STAMPS)/dev
	@$(BIN)/python tools/compile_kernels.py $*

# many tests start the program anew: what Python has compiled of it is kept, whatever is set outside
tests: export PYTHONDONTWRITEBYTECODE =
tests: $(STAMPS)/dev $(STAMPS)/browser ## pytest, warnings as errors: tests, and the examples in docstrings, docs/ and the README
	@$(BIN)/python -m pytest -q --doctest-modules tests src docs README.md

docs: $(STAMPS)/docs $(STAMPS)/browser ## the documentation as a site, into site/: offline search, nothing from outside, no broken link
	@$(BIN)/python -m tools.pictures
	@$(BIN)/python -m tools.screens report
	@$(BIN)/python -m tools.site

study: $(STAMPS)/dev ## slow studies: how often the intervals cover a simulated truth
	@for study in benchmarks/study_*.py; do echo "== $$study"; $(BIN)/python $$study || exit 1; done
	@$(BIN)/python benchmarks/study_coverage.py --published

bench: $(STAMPS)/bench ## measure speed and memory, as ratios in one run
	@for bench in benchmarks/bench_*.py; do echo "== $$bench"; $(BIN)/python $$bench || exit 1; done

audit: $(STAMPS)/dev ## packages, licences, libraries inside wheels, known vulnerabilities; sbom.json
	@$(BIN)/python tools/audit.py "$(UV)" sbom.json

clean: ## remove what was set up here, the demo's output too
	@rm -rf .venv .tools demo-out site .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(STAMPS)/run: uv.lock pyproject.toml tools/bootstrap.sh
	@tools/bootstrap.sh
	@$$(tools/bootstrap.sh --which) sync --quiet --frozen --no-dev --inexact --python '>=3.12'
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/dev: uv.lock pyproject.toml tools/bootstrap.sh
	@tools/bootstrap.sh
	@$$(tools/bootstrap.sh --which) sync --quiet --frozen --compile-bytecode --python '>=3.12'
	@mkdir -p $(STAMPS) && touch $@ $(STAMPS)/run

$(STAMPS)/bench: $(STAMPS)/dev
	@$$(tools/bootstrap.sh --which) sync --quiet --frozen --compile-bytecode --group bench --python '>=3.12'
	@touch $@

$(STAMPS)/docs: $(STAMPS)/dev
	@$$(tools/bootstrap.sh --which) sync --quiet --frozen --inexact --compile-bytecode --group docs --python '>=3.12'
	@touch $@

$(STAMPS)/browser: | $(STAMPS)/dev
	@tools/system-packages.sh
	@touch $@
