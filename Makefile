# The commands of this project. `make run` and `make test` need nothing before them
# but Python 3.11 or newer and a C++ compiler.

VENV := .venv
BIN := $(VENV)/bin
SETUP_SOURCES := constraints.txt pyproject.toml $(wildcard tools/*.*) app/engine/installed.py
ARGS ?=

.PHONY: help run test bench lint screenshots package test-package clean

help:
	@echo "make run          open the window (sets everything up at the first time)"
	@echo "make test         run the whole test suite, without a screen"
	@echo "make lint         check style, types and layers, and for dead code"
	@echo "make bench        measure speed, memory and smoothness (docs/PERFORMANCE.md)"
	@echo "make screenshots  draw the pictures of the README anew"
	@echo "make package      build .deb, .rpm, .tar.gz, wheel and sdist (packaging/README.md)"
	@echo "make test-package try the built packages, and run the end-to-end tests against them"
	@echo "make clean        remove everything that these commands made"
	@echo
	@echo "ARGS=\"…\" hands further words on: make run ARGS=model.gguf, make test ARGS=tests/core"

run: $(VENV)/ready-run
	@$(BIN)/python -m app $(ARGS)

test: $(VENV)/ready-dev
	@QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest $(ARGS)

bench: $(VENV)/ready-dev
	@QT_QPA_PLATFORM=offscreen $(BIN)/python -m tests.benchmarks $(ARGS)

lint: $(VENV)/ready-dev
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/pyright --pythonpath $(BIN)/python
	@$(BIN)/pyright --pythonpath $(BIN)/python --project tests
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/vulture

screenshots: $(VENV)/ready-dev
	@QT_QPA_PLATFORM=offscreen $(BIN)/python -m tests.screenshots $(ARGS)

# A build environment of its own: what is shipped is what is pinned, and nothing else. The system's
# own Python comes first: those that people compile themselves carry the paths of their folders.
package:
	@python=$$(PYTHON="$(or $(PYTHON),/usr/bin/python3 python3.13 python3.12 python3.11 python3)" \
		sh tools/find_python.sh) && "$$python" packaging/installers $(ARGS)

test-package: $(VENV)/ready-dev
	@QT_QPA_PLATFORM=offscreen $(BIN)/python packaging/installers/trial.py $(ARGS)

clean:
	rm -rf $(VENV) build dist .pytest_cache .ruff_cache .hypothesis .benchmarks .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# One stamp for what `run` needs and one for the tests' tools on top. The script compares contents,
# so that a checkout that only touches the files does not install anything again.
$(VENV)/ready-run: $(SETUP_SOURCES)
	@python=$$(PYTHON="$(PYTHON)" sh tools/find_python.sh) && "$$python" tools/setup_env.py run

$(VENV)/ready-dev: $(SETUP_SOURCES)
	@python=$$(PYTHON="$(PYTHON)" sh tools/find_python.sh) && "$$python" tools/setup_env.py dev
