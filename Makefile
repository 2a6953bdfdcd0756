# Every target makes the environment it needs; a bare machine with Python 3.11 and make is enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# What was compiled is kept, also where images turn that off: every worker of the tests and each of
# the hundred processes that they start would compile all of it again.
export PYTHONDONTWRITEBYTECODE :=

# uv installs in seconds what takes pip half a minute. What it cannot reach, pip may: it knows the
# machine's own settings.
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
install = $(BIN)/uv pip install --quiet --python $(BIN)/python -r $(1) || $(PIP) -r $(1)

.PHONY: run demo test check format soak bench profile screenshots clean
.DEFAULT_GOAL := test

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Panoptes needs Python 3.11 or newer; set PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)
	@$(PIP) 'uv>=0.10,<1' || echo "without uv: pip installs the rest, which takes longer"

$(VENV)/.run: requirements.txt | $(BIN)/python
	$(call install,requirements.txt)
	@touch $@

$(VENV)/.demo: requirements.txt requirements-demo.txt | $(BIN)/python
	$(call install,requirements-demo.txt)
	@touch $@

$(VENV)/.dev: requirements.txt requirements-demo.txt requirements-postgres.txt requirements-dev.txt | $(BIN)/python
	$(call install,requirements-dev.txt)
	@touch $@ $(VENV)/.demo $(VENV)/.run

run: $(VENV)/.run          ## start the bot (needs .env, see .env.example)
	$(BIN)/python panoptes_bot.py

demo: $(VENV)/.demo        ## the whole product with an invented ISP, in a browser
	$(BIN)/python panoptes_bot.py --demo

# Four tests at once on two cores, because half of them wait for disks, processes and each other.
test: $(VENV)/.dev         ## all tests, with the coverage gate
	$(BIN)/python -m pytest -p tests.measuring -n 4 --dist worksteal

check: $(VENV)/.dev        ## lint, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .

bench: $(VENV)/.dev        ## what speed costs and what it is: tables, and benchmarks/figures.json
	$(BIN)/python -m benchmarks --json benchmarks/figures.json

profile: $(VENV)/.dev      ## where the time goes: benchmarks/profiles/*.pstats
	$(BIN)/python -m benchmarks.profiles

screenshots: $(VENV)/.dev  ## the pictures of the documents, taken from the running demo
	$(BIN)/python -m tests.browser.screenshots

# Two hours under faults, then hundreds of kills on SQLite and on PostgreSQL.
SOAK_SECONDS ?= 7200
soak: $(VENV)/.dev         ## long runs; SOAK_SECONDS=3600 for one hour under faults
	SOAK_SECONDS=$(SOAK_SECONDS) $(BIN)/python -m pytest tests/e2e/test_soak.py -s
	PANOPTES_TEST_KILLS=200 $(BIN)/python -m pytest tests/e2e/test_kills.py -n 2

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis
