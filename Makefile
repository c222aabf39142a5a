# The two commands are `make demo` and `make test`; see README.md.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
SERVE ?= 1
RESET ?=
PORT ?= 8000

# Nobody else's Python settings reach ours, and Chinese prints in any locale.
unexport PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE
export PYTHONUTF8 = 1

no := 0 no false
RUN := .venv/bin/python

.PHONY: demo test race-test kill-test clock-test bench check lock install wheelhouse manual
# A folder of wheels to install from where there is no internet; see docs/deployment.md.
export WHEELHOUSE

demo:
	@$(PYTHON) config/trial/install.py requirements.txt
	@exec $(RUN) manage.py demo --port "$(PORT)" $(if $(filter $(no),$(SERVE)),--no-serve) $(if $(filter-out $(no),$(RESET)),--reset)

test:
	@$(PYTHON) config/trial/install.py requirements-dev.txt
	@exec $(RUN) -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

# The races at full size: 16 processes, 2,000 attempts on one person's year. Every test run has a smaller one.
race-test:
	@$(PYTHON) config/trial/install.py requirements-dev.txt
	@LEDGER_RACE=full $(RUN) -m pytest tests/settlement/test_races.py --durations=3 $(ARGS)

# The worker is killed at random moments (RUNS of them; NAIVE=1: a job with its defects put back). Every test run has five such kills.
kill-test:
	@$(PYTHON) config/trial/install.py requirements-dev.txt
	@$(RUN) -m tests.killing --runs "$(or $(RUNS),200)" $(if $(filter-out $(no),$(NAIVE)),--naive) $(if $(SEED),--seed "$(SEED)")

# Due dates, periods, ages and reports where a quarter, a year or February ends, under three machine time zones.
clock-test:
	@$(PYTHON) config/trial/install.py requirements-dev.txt
	@$(RUN) -m pytest -m clock -n 0 --durations=3 tests/reports $(ARGS)

# What is measured, on how many, beside what; see benchmarks/README.md.
bench:
	@$(PYTHON) config/trial/install.py requirements-dev.txt
	@for name in engine batch verify openfisca confirm import_roster ledger_scale consolidation; do echo "== $$name"; $(RUN) benchmarks/$$name.py || exit 1; done

check:
	@$(PYTHON) config/trial/install.py requirements-dev.txt
	@$(RUN) -m ruff format --check .
	@$(RUN) -m ruff check .
	@$(RUN) .venv/bin/lint-imports

# What a server needs and nothing more: .venv with the packages of requirements.txt.
install:
	@$(PYTHON) config/trial/install.py requirements.txt

# Where there is internet: every package as a wheel into one folder, to be copied to a server of the same system and Python.
wheelhouse:
	@$(PYTHON) -m pip download --disable-pip-version-check --require-hashes --only-binary :all: \
		--dest "$(or $(WHEELHOUSE),wheelhouse)" -r requirements.txt

# The user guide's pictures, taken anew from the demo's data.
manual:
	@$(PYTHON) config/trial/install.py requirements-dev.txt
	@exec $(RUN) docs/manual/screenshots.py $(ARGS)

# Writes requirements.txt and requirements-dev.txt anew; UPGRADE=1 takes newer versions.
lock:
	@$(PYTHON) config/trial/install.py requirements-dev.txt
	@for list in requirements requirements-dev; do \
		CUSTOM_COMPILE_COMMAND="make lock" $(RUN) -m piptools compile --quiet $(if $(UPGRADE),--upgrade) --generate-hashes --no-emit-index-url \
			--no-emit-find-links --no-emit-trusted-host --strip-extras --allow-unsafe --output-file $$list.txt $$list.in || exit 1; \
	done
