# Everything runs in .venv, which `install` makes; only Python 3.11 or newer is needed.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: install demo test test-slow lint clean

install: .venv/installed

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(PIP) install --quiet torch --constraint constraints.txt
	$(PIP) install --quiet --editable . --constraint constraints.txt
	touch $@

demo: install
	$(BIN)/delith run workflows/lco_demo.yaml

.venv/tested: .venv/installed
	$(PIP) install --quiet --editable '.[test]' --constraint constraints.txt
	$(PIP) install --quiet --editable '.[thermal]' --constraint constraints.txt \
	  || echo "icet needs a C++ compiler: tests of lithium at finite temperature are skipped"
	touch $@

test: .venv/tested
	$(BIN)/python -m pytest -n 2 -m 'not slow'

test-slow: .venv/tested
	$(BIN)/python -m pytest -n 2 -m slow

.venv/linted: .venv/tested
	$(PIP) install --quiet --editable '.[lint]' --constraint constraints.txt
	touch $@

lint: .venv/linted
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

clean:
	rm -rf .venv build src/*.egg-info
