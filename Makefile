# Everything runs in .venv; nothing is installed outside it but system libraries (see .ci/system-packages).
PYTHON ?= python3
BIN := .venv/bin
.DEFAULT_GOAL := help
.PHONY: help install demo test check lint bench validation wheel-test lock clean

help: ## what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.stamps/run: requirements.lock pyproject.toml
	@./.ci/system-packages run
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "voicesim needs Python 3.11 or newer; name one by make PYTHON=python3.12")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@mkdir -p .stamps && touch $@

.stamps/dev: requirements-dev.lock .stamps/run
	@./.ci/system-packages test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.lock
	@mkdir -p .stamps && touch $@

install: .stamps/run ## .venv/bin/voicesim
	@echo "installed: $(BIN)/voicesim --help"

demo: .stamps/run ## one whole rehearsed call, with no microphone, network or model
	$(BIN)/voicesim demo

test: .stamps/dev ## every test
	$(BIN)/python -m pytest -n 2 --dist loadfile

lint: .stamps/dev ## style, types, contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test ## lint and every test

bench: .stamps/dev ## timings, as ratios in one run
	$(BIN)/python -m tests.bench

validation: .stamps/dev ## fill VALIDATION.md anew: make validation DATA=DIR (ten minutes and more)
	@test -d "$(DATA)" || { echo 'name the folder of labelled recordings: make validation DATA=DIR' >&2; exit 2; }
	mkdir -p build/validation
	$(BIN)/voicesim selftest --json > build/validation/selftest.json || true
	$(BIN)/voicesim validate --data "$(DATA)" --words --json > build/validation/validate.json
	$(BIN)/python -m tests.oracles.run --data "$(DATA)" --json > build/validation/oracles.json
	$(BIN)/python -m tests.validation_page build/validation

wheel-test: .stamps/dev ## build the wheel, install it alone, play the demo from it
	rm -rf dist build/wheel-venv
	$(BIN)/python -m build --wheel --outdir dist >/dev/null
	$(PYTHON) -m venv build/wheel-venv
	build/wheel-venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	build/wheel-venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps dist/*.whl
	cd build && wheel-venv/bin/voicesim scenario list && wheel-venv/bin/voicesim demo --out wheel-demo

lock: .stamps/dev ## renew the locks of exact versions
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --no-header --no-annotate pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --no-header --no-annotate --group dev pyproject.toml -c requirements.lock -o requirements-dev.lock

clean: ## what was built
	rm -rf .venv .stamps build dist .mypy_cache .ruff_cache .pytest_cache
