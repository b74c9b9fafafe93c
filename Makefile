# Tongxin: two commands matter, `make demo` and `make test`.
PYTHON ?= python3.11
VENV   := .venv
BIN    := $(VENV)/bin

# How many share the tests: on two processors the waiting of one is the work of another.
PROCESSES ?= 4

# Every process would compile all modules again where the environment says so, as in many images.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test torture soak lint bench linkage-quality mutants docs pictures lock wheelhouse clean

demo: $(VENV)/.run
	$(BIN)/tongxin-demo run $(ARGS)

test: $(VENV)/.dev lint
	$(BIN)/pytest -n $(PROCESSES) --dist loadfile --no-loadscope-reorder $(ARGS)

# Kills processes that write the log a thousand times on each database, after gateway, connector and both sides of an
# exchange were killed twenty times, and checks that nothing acknowledged is lost.
torture: $(VENV)/.dev
	TONGXIN_KILLS=20 $(BIN)/pytest -n 0 tests/scenario/test_killed_anywhere.py
	$(BIN)/python -m tests.torture $(ARGS)

# Runs mixed traffic for an hour with faults injected, then proves that nothing was lost. Root can mount the small disk.
soak: $(VENV)/.dev
	$(BIN)/python -m tests.soak $(ARGS)

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev
	$(BIN)/python -m bench $(ARGS)

# How right linkage on hashes is, against programs that see plaintext. They get environments of their own below var/.
linkage-quality: $(VENV)/.dev
	$(BIN)/python -m quality $(ARGS)

# Changes the rules of the decision one by one, in a copy below var/, and fails if the tests let a change pass.
MUTANTS := var/mutants
mutants: $(MUTANTS)/.ready
	rm -rf $(MUTANTS)/tree
	mkdir -p $(MUTANTS)/tree/tests/unit/schemas $(MUTANTS)/tree/tests/attack
	cp -R schemas quality/mutants/pyproject.toml $(MUTANTS)/tree
	cp tests/unit/schemas/policy_model.py tests/unit/schemas/test_policy*.py $(MUTANTS)/tree/tests/unit/schemas
	cp tests/attack/test_policy_*.py $(MUTANTS)/tree/tests/attack
	cd $(MUTANTS)/tree && ../venv/bin/mutmut run $(ARGS)
	cd $(MUTANTS)/tree && ! ../venv/bin/mutmut results | grep ':'

$(MUTANTS)/.ready: quality/mutants/requirements.txt
	rm -rf $(MUTANTS)
	$(PYTHON) -m venv $(MUTANTS)/venv
	$(MUTANTS)/venv/bin/pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@touch $@

docs: $(VENV)/.run
	$(BIN)/python -m docs.generate

# Takes the pictures of the tutorials anew, with the data of a full demo.
pictures: $(VENV)/.dev
	TONGXIN_PICTURES=1 $(BIN)/pytest tests/browser/test_tutorials.py tests/browser/test_county_tutorial.py

# Versions and hashes of everything that is installed. Run after changing pyproject.toml.
lock: $(VENV)/.dev
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
	    --python-version 3.11 --extra build pyproject.toml --output-file requirements/run.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
	    --python-version 3.11 --extra build --extra dev pyproject.toml --output-file requirements/dev.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
	    --python-version 3.11 --extra spark --constraint requirements/dev.txt pyproject.toml \
	    --output-file requirements/spark.txt

# Everything that is installed, as files for this platform: carry the folder to a machine without a network.
WHEELHOUSE := dist/wheelhouse
wheelhouse: $(VENV)/.run
	rm -rf $(WHEELHOUSE)
	mkdir -p $(WHEELHOUSE)
	$(BIN)/pip download --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
	    --requirement requirements/run.txt --dest $(WHEELHOUSE)
	$(BIN)/pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir $(WHEELHOUSE) .
	cp requirements/run.txt deploy/INSTALL.txt $(WHEELHOUSE)
	cd $(WHEELHOUSE) && sha256sum *.whl run.txt INSTALL.txt > SHA256SUMS

$(VENV)/bin/python:
	@$(PYTHON) --version >/dev/null 2>&1 || { echo "Python 3.11 is needed; set PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements/run.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/run.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/dev.txt
	@touch $@

# Apache Spark for bulk linkage, which few need. The tests of it are skipped by name without it, or without Java.
$(VENV)/.spark: requirements/spark.txt $(VENV)/.dev
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/spark.txt
	@touch $@

clean:
	rm -rf $(VENV) var .pytest_cache .mypy_cache .ruff_cache .hypothesis
