# Needs rustup, Python 3.11+, make and a C compiler; everything else goes into .venv, pinned in infra/requirements*.txt.
# The commands are described in README.md.

MAKEFLAGS += --no-print-directory
SHELL := /bin/sh
PYTHON ?= python3
LOCAL := .venv/bin/python -m infra.local
export PORT LAMBDA_PORT AWS_PORT STATE_DIR GEMINI GEMINI_PORT
export ROWS RECIPIENTS FUNCTIONS RUNS
export STAGE STACK ARCH PARAMETERS DATA CONFIRM GUIDED DRY YES ADOPT
export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/.venv/sam/bin:$(PATH)
# No tool calls home.
export SAM_CLI_TELEMETRY := 0
export PYTHONDONTWRITEBYTECODE := 1

EMAIL ?= owner@example.com
ROLE ?= owner
CUSTOMERS ?= 500

.PHONY: dev build test check openapi fmt token env seed import export restore reset scale sending bench cost chaos load soak fuzz storage eval-nl deploy destroy release

dev: .venv/ready
	@$(LOCAL) dev

build: .venv/ready
	@.venv/bin/python -m infra.local.build

test: .venv/ready .venv/sam/ready .venv/checkov/ready .venv/contract/ready
	@.venv/bin/python -m infra.checks.test

check: .venv/ready .venv/sam/ready .venv/checkov/ready
	@.venv/bin/python -m infra.checks

openapi: .venv/ready
	WRITE_OPENAPI=1 cargo nextest run --workspace the_document_in_the_repository
	cd frontend && PATH="$(CURDIR)/.venv/bin:$$PATH" npm run --silent generate

fmt: .venv/ready
	cargo fmt --all

token: .venv/ready
	@$(LOCAL) token --email "$(EMAIL)" --role "$(ROLE)"

env: .venv/ready
	@$(LOCAL) env

seed: .venv/ready
	@$(LOCAL) seed --customers "$(CUSTOMERS)"

import: .venv/ready
	@$(LOCAL) import --kind "$(KIND)" --file "$(FILE)" --mapping '$(MAPPING)'

# Of the local product, or of STACK=name in the AWS account of the environment. TABLES="CustomersTable=name ..." reads other tables than its own.
export: .venv/ready
	@.venv/bin/python -m infra.backup export --dir "$(DIR)" --stack "$(STACK)" --tables "$(TABLES)"

# ERASURES=path of a later export: who was erased since the backup is on the list of erasures too.
restore: .venv/ready
	@.venv/bin/python -m infra.backup restore --dir "$(DIR)" --stack "$(STACK)" --erasures "$(ERASURES)" $(if $(ASLEEP),--asleep)

reset: .venv/ready
	@$(LOCAL) reset

scale: .venv/ready
	@.venv/bin/python -m infra.local.scale

sending: .venv/ready
	@.venv/bin/python -m infra.local.sending

# ROWS="start accept" picks lines, RECIPIENTS says how many a campaign goes to, RUNS how often each is measured; FUNCTIONS=target/debug
# measures what is built there instead of building what is deployed.
bench: .venv/ready .venv/sam/ready
	@.venv/bin/python -m infra.bench

# A parser under libFuzzer: TARGET=rules MINUTES=10. Needs a C++ compiler.
fuzz: export TARGET := $(TARGET)
fuzz: export MINUTES := $(MINUTES)
fuzz: .venv/ready
	@.venv/bin/python -m infra.fuzz

# The storage suite on MiniStack and on Amazon's DynamoDB Local, which needs Java 17.
storage: .venv/ready
	@.venv/bin/python -m infra.local.storage

cost: .venv/ready
	@.venv/bin/python -m infra.local.cost

# MINUTES=10, and SEED=n for the same choices again.
chaos: .venv/ready
	@.venv/bin/python -m infra.local.chaos

# MINUTES=30, RATE=4 requests a second.
load: .venv/ready
	@.venv/bin/python -m infra.local.load

# HISTORIES=1000 from the seed FROM=0 on, or one by SEED=n, call by call; of one KIND or of each in turn. Built with optimisations,
# beside what the tests build.
soak:
	@cargo build --quiet --package simulator --example soak --profile soak --target-dir target/soak
	@target/soak/soak/examples/soak

# Cases rely on a day: those of the repository were written on DAY=2026-11-25. Without one it is today. ENGINE=gemini asks
# the model, with the key in GEMINI_API_KEY. PROFILE=dev is built sooner, and slower.
CASES = "$(or $(FILE),shared/crm-words/tests/words/dev.jsonl)" $(DAY)
eval-nl:
ifeq ($(ENGINE),gemini)
	@cargo build --quiet --workspace --example eval_model
	@GEMINI_MODEL=$${GEMINI_MODEL:-gemini-flash-latest} target/debug/examples/eval_model $(CASES)
else
	@cargo run --quiet --profile $(or $(PROFILE),release) -p crm-words --example eval -- $(CASES)
endif

# STAGE=dev|staging|prod of samconfig.toml, ARCH=x86_64|arm64 (the stack's own), PARAMETERS="Name=value ...", GUIDED=1 asks for each, DRY=1
# only shows what would change, YES=1 does not ask, ADOPT=1 goes on with kept data, STACK=name deploys beside what is there.
deploy: export STAGE := $(or $(STAGE),dev)
deploy: .venv/ready .venv/sam/ready
	@.venv/bin/python -m infra.deploy deploy

# Data stay unless DATA=delete. CONFIRM=name-of-the-stack instead of typing it.
destroy: .venv/ready
	@.venv/bin/python -m infra.deploy destroy

# What a release consists of, into target/release-VERSION.
release: .venv/ready
	@.venv/bin/python -m infra.release

.venv/ready: infra/requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	@echo "installing tools into .venv ..." >&2
	@$(PYTHON) -m venv .venv
	@.venv/bin/pip install --quiet --disable-pip-version-check -r infra/requirements.txt
	@touch $@

.venv/contract/ready: infra/requirements-contract.txt .venv/ready
	@echo "installing schemathesis into .venv/contract ..." >&2
	@$(PYTHON) -m venv .venv/contract
	@.venv/contract/bin/pip install --quiet --disable-pip-version-check -r infra/requirements-contract.txt
	@touch $@

.venv/checkov/ready: infra/requirements-checkov.txt .venv/ready
	@echo "installing checkov into .venv/checkov ..." >&2
	@$(PYTHON) -m venv .venv/checkov
	@.venv/checkov/bin/pip install --quiet --disable-pip-version-check -r infra/requirements-checkov.txt
	@touch $@

.venv/sam/ready: infra/requirements-sam.txt .venv/ready
	@echo "installing the SAM CLI into .venv/sam ..." >&2
	@$(PYTHON) -m venv .venv/sam
	@.venv/sam/bin/pip install --quiet --disable-pip-version-check -r infra/requirements-sam.txt
	@touch $@
