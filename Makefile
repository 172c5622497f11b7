# make install   a virtual environment with glunet
# make demo   sets up a virtual environment, runs the ketamine experiment and tells where its figures are
# make test   sets up the same with the developers' tools and runs the tests
# make lint   style and types
# make docs   the documentation as a site: build/docs/index.html
# make gpu-check   on a machine with a GPU: does it agree with the CPU, and from which size on does it pay? (docs/gpu.md)
# PYTHON=/path/to/python3.12 chooses the interpreter, VENV=folder the virtual environment.

VENV ?= .venv
PYTHON ?=
SHELL := /bin/sh
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
LOCK := requirements.lock
INPUTS := pyproject.toml $(LOCK)

.PHONY: help install demo test lint docs gpu-check clean

help:
	@sed -n '1,7s/^# //p' Makefile

install: $(VENV)/.runtime
	@echo "glunet is $$(pwd)/$(BIN)/glunet"

demo: $(VENV)/.runtime
	$(BIN)/glunet run ketamine
	@echo "The figures are in $$(pwd)/results/ketamine/figures"

test: $(VENV)/.dev
	$(BIN)/python -m pytest -m "not slow" $(ARGS)

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/mypy

docs: $(VENV)/.docs
	$(BIN)/python -m sphinx --quiet --fail-on-warning --keep-going -c docs . build/docs
	@echo "The site is $$(pwd)/build/docs/index.html"

gpu-check:
	@PYTHON="$(PYTHON)" sh tools/gpu-check $(ARGS)

clean:
	rm -rf $(VENV) .venv-ci build dist

# The marker files are made last, so that an interrupted installation is taken up again.
$(BIN)/python:
	@PYTHON="$(PYTHON)" sh tools/make-venv $(VENV)

$(VENV)/.runtime: $(INPUTS) | $(BIN)/python
	$(PIP) install --constraint $(LOCK) --editable .
	@touch $@

$(VENV)/.dev: $(INPUTS) | $(BIN)/python
	$(PIP) install --constraint $(LOCK) --editable '.[dev]'
	@touch $@ $(VENV)/.runtime

$(VENV)/.docs: $(INPUTS) | $(BIN)/python
	$(PIP) install --constraint $(LOCK) --editable '.[docs]'
	@touch $@ $(VENV)/.runtime
