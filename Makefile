# Weft's one door: everything that CI runs, you run with the same words.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

export WEFT_CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/weft
export WEFT_PYTHON ?= $(WEFT_CACHE)/venv/bin/python
DATA ?= data
HTTP ?= 127.0.0.1:8000
GRPC ?= 127.0.0.1:50051

help: ## Say what there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

setup: ## Install what is missing: Debian packages, Python test clients, the API page's files
	@tools/setup.sh

build: setup ## Build the release binary, .build/release/weft
	@swift build -c release --product weft

run: build ## Build and start Weft on ports 8000 (REST) and 50051 (gRPC); data in ./data
	@mkdir -p "$(DATA)"
	@exec .build/release/weft serve --data-dir "$(DATA)" --http "$(HTTP)" --grpc "$(GRPC)"

test: build ## Build and pass every test, the black-box ones against the release binary
	@tools/test.sh

lint: setup ## Formatting, the proto rules, and that generated files are current
	@tools/lint.sh

generate: setup ## Make all generated files anew from proto/
	@codegen/generate.sh

conformance: setup ## Run the published protobuf conformance suite
	@Tests/Conformance/run.sh

bench: setup ## Measure beside the peers: make bench PEERS=DIR
	@tools/bench.sh "$(PEERS)"

man: build ## Make the manual page of every command, .build/man/weft.1
	@swift package plugin generate-manual --help >/dev/null # builds the tool
	@mkdir -p .build/man
	@.build/debug/generate-manual-tool .build/release/weft --output-directory .build/man

clean: ## Remove what was built
	@rm -rf .build

.PHONY: help setup build run test lint generate conformance bench man clean
