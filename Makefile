# Sáu Rõ. `make` alone lists what can be made. Everything lives in var/; nothing is installed outside it.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; exit; }; done; echo python3)
VENV := var/venv/bin
.DEFAULT_GOAL := help
.PHONY: help run test test-slow check fix docs audit bench reset

help: ## list these targets
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):[^#]*## /make \1\t/' | expand -t 18

run: ## set everything up and serve the demonstration on http://127.0.0.1:8000 (PORT=…)
	@$(PYTHON) tools/bootstrap.py run
	@SAURO_PRELOAD=$${SAURO_PRELOAD:-20000} SAURO_PACE=$${SAURO_PACE:-3} exec $(VENV)/sauro up $(if $(PORT),--port $(PORT))

test: ## set everything up, run make check and all tests but the slow ones
	@$(PYTHON) tools/bootstrap.py test
	@$(VENV)/python -m tools.check
	@$(VENV)/python -m pytest -n 2 $(ARGS)

test-slow: ## the minutes-long tests: mutants, random histories, faults
	@$(PYTHON) tools/bootstrap.py test
	@$(VENV)/python -m pytest -m slow $(ARGS)

check: ## style, types, layers, translations, migrations, sizes, documentation
	@$(PYTHON) tools/bootstrap.py test
	@$(VENV)/python -m tools.check

fix: ## let the tools put right what they can: format, imports, catalogues, generated documentation
	@$(PYTHON) tools/bootstrap.py test
	@$(VENV)/python -m tools.fix

docs: ## write docs/reference from the code
	@$(PYTHON) tools/bootstrap.py test
	@$(VENV)/python -m tools.reference

audit: ## ask the advisory feed about every locked package; fails, saying so, where it cannot be asked (FEED=…)
	@$(PYTHON) -m tools.audit $(if $(FEED),--feed $(FEED))

bench: ## run the benchmark NAME=… (all without), print its table, write var/bench/NAME.json
	@$(PYTHON) tools/bootstrap.py bench
	@var/bench-venv/bin/python -m bench $(NAME)

reset: ## delete the database, keys, files and everything else in var/ (asks first)
	@$(PYTHON) tools/reset.py
