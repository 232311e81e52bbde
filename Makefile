# Everything runs in .venv, which `install` makes; only Python 3.11 or newer with venv is needed.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: install demo dft test test-slow test-slurm notebooks docs lint clean

install: .venv/installed

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(PIP) install --quiet torch --constraint constraints.txt
	$(PIP) install --quiet --editable . --constraint constraints.txt
	touch $@

demo: install
	$(BIN)/delith run workflows/lco_demo.yaml

# GPAW, which is built here: without MPI, from the libraries of the system
LIBRARIES := python3-dev libxc-dev libopenblas-dev libfftw3-dev

dft: .venv/dft

.venv/dft: .venv/installed
	printf '%s\n' 'compiler = "g++"' 'mpi = False' 'fftw = True' \
	  'libraries = ["xc", "blas", "fftw3"]' > .venv/siteconfig.py
	GPAW_CONFIG=$(CURDIR)/.venv/siteconfig.py \
	  $(PIP) install --quiet --editable '.[dft]' --constraint constraints.txt \
	  || { echo "GPAW needs a C++ compiler, Python, libxc, BLAS and FFTW with their headers, on Debian: apt-get install g++ $(LIBRARIES)"; exit 1; }
	touch $@

.venv/tested: .venv/installed
	$(PIP) install --quiet --editable '.[test]' --constraint constraints.txt
	$(PIP) install --quiet --editable '.[thermal]' --constraint constraints.txt \
	  || echo "icet needs a C++ compiler: tests of lithium at finite temperature are skipped"
	touch $@

test: .venv/tested
	$(BIN)/python -m pytest -n 2 -m 'not slow'

test-slow: .venv/tested
	$(BIN)/python -m pytest -n 2 -m slow

# Needs slurm-wlm and munge, and root, who starts a Slurm of the tests' own
test-slurm: .venv/tested
	$(BIN)/python -m pytest tests/clusters

.venv/linted: .venv/tested
	$(PIP) install --quiet --editable '.[lint]' --constraint constraints.txt
	touch $@

# Runs every notebook and writes what it shows beside the script that it is
notebooks: .venv/tested
	cd workflows/notebooks && for script in *.py; do \
	  ../../$(BIN)/jupytext --quiet --to ipynb --execute $$script || exit 1; done

# The site, in docs/_build; what it refers to and does not find is an error
docs: .venv/tested
	$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going docs docs/_build

lint: .venv/linted
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

clean:
	rm -rf .venv build src/*.egg-info
