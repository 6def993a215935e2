# Huduma Kiosk. Two commands do everything on a fresh Debian 12: `make run` and `make test`.
# Each installs what it needs itself (apt as root, pip into .venv) and says what it does.

PYTHON ?= python3
OUT ?= out
BIN := .venv/bin
HUDUMA := $(BIN)/huduma

# Why each is here: docs/dependencies.md
APT := gcc libegl1 libgl1 libmtdev1 libpcsclite-dev libzbar0 espeak-ng python3-dev python3-venv swig

.PHONY: run test prove bench pictures lint types fix docs setup clean

run: setup
ifdef DISPLAY
	$(HUDUMA) kiosk --demo --out $(OUT)/kiosk
else
	@echo "No display: playing a whole day offscreen; pictures and summary go to $(OUT)/day"
	$(HUDUMA) day --out $(OUT)/day
endif

test: setup lint types
	$(BIN)/pytest -n 2 --dist loadgroup -m "not prove" -q --ignore=tests/kiosk/ui
	@# Kivy keeps one window a process, so window tests share theirs with no other tests.
	$(BIN)/pytest -n 2 --dist loadfile -m "not prove" -q tests/kiosk/ui

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --config setup.cfg --no-cache

types: setup
	$(BIN)/mypy

# The slow proofs: kill campaigns, fault campaigns, soak, live referees. Each prints its summary.
prove: setup
	$(BIN)/pytest -m prove -s -q

bench: setup
	@mkdir -p benchmarks/out
	@for each in benchmarks/*.py benchmarks/*/__main__.py; do \
		case $$each in */_*.py) [ "$${each##*/}" = __main__.py ] || continue;; esac; \
		[ -f $$each ] || continue; echo "== $$each"; $(BIN)/python $$each || exit 1; done

pictures: setup
	$(HUDUMA) pictures -o docs/pictures

fix: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

setup: .venv/.ready

.venv/.ready: setup.cfg pyproject.toml
	@missing=""; for each in $(APT); do \
		dpkg-query -W -f '$${Status}' $$each 2>/dev/null | grep -q "ok installed" || missing="$$missing $$each"; done; \
	if [ -n "$$missing" ]; then \
		echo "Installing Debian packages:$$missing"; \
		if [ "$$(id -u)" = 0 ]; then \
			apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $$missing >/dev/null; \
		else echo "Please run once as root: apt-get install -y$$missing"; exit 1; fi; fi
	@echo "Installing Python packages into .venv (setup.cfg says which)"
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv .venv
	@$(BIN)/pip install -q --disable-pip-version-check "setuptools>=69" wheel
	@$(BIN)/pip install -q --disable-pip-version-check -e ".[dev]"
	@touch $@

clean:
	rm -rf .venv out build *.egg-info .mypy_cache .ruff_cache .pytest_cache

# Tables of README and docs, made from the code; a test fails while they differ.
docs: setup
	$(BIN)/python -m docs.tables
