# Huduma Kiosk. Two commands do everything on a fresh Debian 12 or 13: `make run` and `make test`.
# Each installs what it needs itself (apt as root, pip into .venv) and says what it does.
# `make help` lists the rest: it prints what stands behind `##` below.

PYTHON ?= python3
OUT ?= out
BIN := .venv/bin
HUDUMA := $(BIN)/huduma
# Without isolation: evdev and pyscard publish no wheels for Linux and are built with the pinned setuptools.
PIP := $(BIN)/python -m pip install -q --disable-pip-version-check --no-build-isolation
LOCK := UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile -q --universal --python-version 3.11 \
	--generate-hashes $(if $(UPGRADE),--upgrade)

# Why each is here: docs/dependencies.md
APT := gcc libegl1 libgl1 libmtdev1 libpcsclite-dev libzbar0 espeak-ng python3-dev python3-venv swig

.DEFAULT_GOAL := help
.PHONY: help run test prove prove-systems bench pictures lint types fix docs lock setup clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: setup ## the kiosk; without a display a whole day is played and counted
ifdef DISPLAY
	$(HUDUMA) kiosk --demo --out $(OUT)/kiosk
else
	@echo "No display: playing a whole day offscreen; pictures and summary go to $(OUT)/day"
	$(HUDUMA) day --out $(OUT)/day
endif

test: setup lint types ## lint, types and all tests but the slow proofs
	$(BIN)/pytest -n 2 --dist loadgroup -m "not prove" -q --ignore=tests/kiosk/ui
	@# Kivy keeps one window a process, so window tests share theirs with no other tests.
	$(BIN)/pytest -n 2 --dist loadfile -m "not prove" -q tests/kiosk/ui

lint: setup ## ruff and the import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --config setup.cfg --no-cache

types: setup ## mypy, strict
	$(BIN)/mypy

# The slow proofs: kill campaigns, fault campaigns, soak, live referees. Each prints its summary.
# The centre's pages are driven in Debian's chromium; without it those proofs are skipped.
prove: setup ## kill and fault campaigns, soaks, live referees (slow)
	@command -v chromium >/dev/null || [ "$$(id -u)" != 0 ] || { echo "Installing Debian's chromium"; \
		DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends chromium >/dev/null; }
	$(BIN)/pytest -m "prove and not systems" -s -q
	@echo "This was $$(. /etc/os-release; echo $$PRETTY_NAME). On bare Debian 12 and 13: make prove-systems (as root)"

# From a bare debootstrap and a clone of the last commit: make test, then make run, in each.
prove-systems: setup ## make test and make run on bare Debian 12 and 13 (slow; root, debootstrap)
	$(BIN)/pytest -m systems -s -q tests/test_systems.py

bench: setup ## every benchmark: figures, and JSON in benchmarks/out
	@mkdir -p benchmarks/out
	@for each in benchmarks/*.py benchmarks/*/__main__.py; do \
		case $$each in */_*.py) [ "$${each##*/}" = __main__.py ] || continue;; esac; \
		[ -f $$each ] || continue; echo "== $$each"; $(BIN)/python $$each || exit 1; done

pictures: setup ## draw every screen and slip into docs/pictures
	$(HUDUMA) pictures -o docs/pictures

# A test fails while the documents differ from the code.
docs: setup ## write the tables of the documents from the code
	$(BIN)/python -m docs.tables

fix: setup ## let ruff mend and format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

setup: .venv/.ready ## install what is needed: Debian packages, and requirements.txt into .venv

# Debian 13 knows some libraries by a second name (libmtdev1t64).
.venv/.ready: setup.cfg pyproject.toml requirements.txt requirements-build.txt
	@missing=""; for each in $(APT); do \
		dpkg-query -W -f '$${Status}\n' $$each $${each}t64 2>/dev/null | grep -q "ok installed" || missing="$$missing $$each"; done; \
	if [ -n "$$missing" ]; then \
		echo "Installing Debian packages:$$missing"; \
		if [ "$$(id -u)" = 0 ]; then \
			apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $$missing >/dev/null; \
		else echo "Please run once as root: apt-get install -y$$missing"; exit 1; fi; fi
	@echo "Installing Python packages into .venv (requirements.txt says which)"
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv .venv
	@$(PIP) --require-hashes -r requirements-build.txt
	@$(PIP) --require-hashes -r requirements.txt
	@PYTHONWARNINGS=ignore $(PIP) --no-deps -e .
	@touch $@

# Everything that is installed, with the hashes of its files for every machine and Python. Wanted: setup.cfg.
lock: setup ## pin anew what setup.cfg wants (UPGRADE=1: take the newest of what it leaves open)
	$(LOCK) --extra dev setup.cfg -o requirements.txt
	grep '^setuptools==' requirements.txt | cut -d' ' -f1 | $(LOCK) --no-annotate - -o requirements-build.txt

clean: ## remove what was installed and made
	rm -rf .venv out build *.egg-info .mypy_cache .ruff_cache .pytest_cache
