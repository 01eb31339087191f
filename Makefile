# Set-up, lessons and tests of liftkit; `make` alone lists what there is.
# Works with GNU Make 3.81, which macOS ships.

PYTHON ?= python3
UV ?= uv
LABFLAGS ?=
PYTESTFLAGS ?=
LONG ?= long

VENV := .venv
RUN := $(VENV)/bin/python -m
STAMP := $(VENV)/.installed
EXTRAS := notebooks,data,cluster,dev
FIRST_LESSON := $(notdir $(firstword $(sort $(wildcard notebooks/*.ipynb))))
# One thread: at a lesson's width a second one gains a tenth (benchmarks/speed.py). Beside another busy program, for
# example a browser, two threads that wait for each other are several times slower than one.
THREADS := OMP_NUM_THREADS=1
# Images of containers often set this, and then every process compiles liftkit anew: a fifth of the time of `make quick`.
export PYTHONDONTWRITEBYTECODE :=
GOAL := $(or $(firstword $(MAKECMDGOALS)),lab)

# The message says what was found, what is needed and what to do. The upper limit is the pinned torch's.
define CHECK_VERSION
import sys; \
found = sys.version_info[:2]; \
low = found < (3, 10) and "liftkit needs Python 3.10 or newer"; \
high = found > (3, 14) and "the packages pinned by liftkit exist for Python 3.10 to 3.14"; \
(low or high) and sys.exit("%s; %s is %s. Install Python 3.12, say, and run `make PYTHON=/path/to/python3.12 $(GOAL)`." \
% (low or high, sys.argv[1], ".".join(map(str, sys.version_info[:3]))))
endef

# The notebooks go into two processes too: a file each, and the longest files first (tests/conftest.py).
PYTEST := PATH="$(CURDIR)/$(VENV)/bin:$$PATH" PLOTLY_RENDERER=plotly_mimetype $(THREADS) $(RUN) pytest \
	--numprocesses=2 --dist=loadfile --no-loadscope-reorder
NBVAL := --nbval --nbval-current-env --nbval-cell-timeout=900

.PHONY: help lab quick test long fuzz lint format records constraints clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | while IFS='|' read -r target text; do \
		printf '%-18s %s\n' "$$target" "$$text"; done

lab: $(STAMP) ## set up, copy the lessons without outputs to my_lessons once, open lesson 00 (LABFLAGS=--no-browser)
	@test -d my_lessons || $(RUN) liftkit course copy my_lessons
	@# .venv/bin comes first so that `!liftkit ...` in a notebook is this liftkit. The read-only extension manager
	@# contacts no server. Charts are stored as data: as HTML, each saved notebook would hold 5 MB of plotly.
	PATH="$(CURDIR)/$(VENV)/bin:$$PATH" PLOTLY_RENDERER=plotly_mimetype $(THREADS) $(RUN) jupyterlab \
		--LabApp.extension_manager=readonly --ServerApp.root_dir=my_lessons --LabApp.default_url=/lab/tree/$(FIRST_LESSON) $(LABFLAGS)

quick: lint ## set up, then run ruff and the fast tests and doctests (a minute or two)
	$(PYTEST) -p no:nbval -m "not slow" $(PYTESTFLAGS)

test: lint ## set up, then run every check but the longest, which are make long (make test PYTESTFLAGS=-x)
	$(PYTEST) $(NBVAL) -m "not long" tests liftkit notebooks $(PYTESTFLAGS)

long: $(STAMP) ## set up, then run what takes minutes: every lesson in full, what is in a browser, studies that are killed
	$(PYTEST) $(NBVAL) -m "$(LONG)" tests notebooks $(PYTESTFLAGS)

fuzz: $(STAMP) ## set up, then damage small files of each format 10,000 times and read them (half an hour)
	$(THREADS) $(RUN) pytest tests/test_mutations.py --mutations 10000 -s -q

lint: $(STAMP) ## check style without changing a file
	$(RUN) ruff check .
	$(RUN) ruff format --check .

format: $(STAMP) ## correct the style of files as far as ruff can
	$(RUN) ruff check --fix .
	$(RUN) ruff format .

records: $(STAMP) ## train the recorded runs again (half an hour; continues after an interruption)
	$(RUN) benchmarks.records

constraints: ## resolve the newest versions into constraints.txt (needs uv; keeps the lines of torch and jsonschema)
	@command -v $(UV) >/dev/null || { echo "make constraints needs uv: pip install uv" >&2; exit 1; }
	{ echo pip; grep -E '^(torch|jsonschema)==' constraints.txt; } \
		| UV_PYTHON_DOWNLOADS=never $(UV) pip compile --quiet --universal --python-version 3.10 --all-extras \
			--no-header --no-annotate --output-file constraints.tmp-resolved --upgrade pyproject.toml - >/dev/null
	{ grep '^#' constraints.txt; grep -vE '^(cuda|nvidia|triton)' constraints.tmp-resolved; } > constraints.tmp-new
	mv constraints.tmp-new constraints.txt
	rm -f constraints.tmp-resolved

clean: ## remove the environment and all caches; keeps data/, runs/ and your notebooks
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .ruff_cache .hypothesis
	find liftkit data_scripts notebooks tests benchmarks -name __pycache__ -prune -exec rm -rf {} +

# The stamp is written last: an interrupted set-up has none and continues; a finished one is not repeated, so the
# second `make lab` starts at once and without a network.
$(STAMP): pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { \
		echo "liftkit needs Python 3.10 or newer; $(PYTHON) was not found. Install it, or run \`make PYTHON=/path/to/python3.12 $(GOAL)\`." >&2; \
		exit 1; }
	@$(PYTHON) -c '$(CHECK_VERSION)' "$(PYTHON)"
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "liftkit sets itself up with \`$(PYTHON) -m venv\`, which is missing. On Debian and Ubuntu: \`sudo apt install python3-venv\`, then \`make $(GOAL)\` again." >&2; \
		exit 1; }
	@echo "Setting up $(VENV) (once, some minutes; needs the network)"
	@rm -f $@
	$(PYTHON) -m venv $(VENV)
	$(RUN) pip install --quiet -c constraints.txt pip setuptools
	@# No build isolation: liftkit itself is then built by the pinned setuptools too.
	$(RUN) pip install -c constraints.txt --no-build-isolation -e '.[$(EXTRAS)]'
	@# JupyterLab would look for news and updates on the network at every start. `jupyter labextension` would be that of
	@# whichever Jupyter comes first on PATH.
	$(RUN) jupyterlab.labextensions disable --level=sys_prefix "@jupyterlab/apputils-extension:announcements"
	@touch $@
