# psr: `make demo` and `make test` set up everything they need in .venv.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
READY_DEV := .venv/.ready-dev

# uv is used where it is found: it is faster. Both read the same pins.
UV := $(shell command -v uv 2>/dev/null)
ifdef UV
MAKE_VENV = $(UV) venv --quiet --allow-existing --python $(PYTHON) .venv
INSTALL = VIRTUAL_ENV=$(CURDIR)/.venv $(UV) pip install --quiet --constraint constraints.txt
else
# Debian ships Python without what makes environments: say which package has it.
MAKE_VENV = { $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	|| { echo "$(PYTHON) cannot make environments: run 'apt-get install python3-venv' (Debian) or install uv"; exit 1; }; } \
	&& $(PYTHON) -m venv .venv
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
endif

.PHONY: demo test test-bluez lint types imports sample-data accuracy verdicts speed clean

demo: $(READY)
	$(BIN)/psr demo

test: $(READY_DEV)
	$(BIN)/python -m pytest -n auto

# The real BlueZ, emulated: about two minutes. Needs Debian's qemu-system-x86 cpio kmod, and root for the guest's files.
test-bluez: $(READY_DEV)
	PYTHON=$(CURDIR)/$(BIN)/python .ci/bluez/image build/bluez
	.ci/bluez/run build/bluez

lint: $(READY_DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY_DEV)
	$(BIN)/mypy

imports: $(READY_DEV)
	$(BIN)/lint-imports

sample-data: $(READY)
	$(BIN)/psr sample-data --out sample_data --force

# Needs recordings with truth: PSR_SHARED names their folder.
accuracy: $(READY)
	$(BIN)/python -m benchmarks.accuracy

# A quarter of an hour on two cores; `--quick` is a try-out.
verdicts: $(READY)
	$(BIN)/python -m benchmarks.verdicts

# Minutes, on a quiet machine; `--gaitmap FOLDER` times that peer too.
speed: $(READY)
	$(BIN)/python -m benchmarks.speed --out docs/speed.md

clean:
	rm -rf .venv build dist demo *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "psr needs Python 3.11 or newer; set PYTHON=... to one"; exit 1; }
	@$(MAKE_VENV)

$(READY): pyproject.toml constraints.txt | .venv/bin/python
	@echo "Setting up .venv (once) ..."
	@$(INSTALL) --editable .
	@touch $@

$(READY_DEV): pyproject.toml constraints.txt | .venv/bin/python
	@echo "Setting up .venv with the developers' tools (once) ..."
	@$(INSTALL) --editable '.[dev]'
	@touch $(READY) $@
