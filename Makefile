SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

export DOTNET_CLI_TELEMETRY_OPTOUT := 1
export DOTNET_NOLOGO := 1
# No build server outlives a command.
export MSBUILDDISABLENODEREUSE := 1
export DOTNET_CLI_USE_MSBUILD_SERVER := 0
export UseSharedCompilation := false

# Options for every build, for example BUILD_OPTIONS=-p:TorchBackend=cuda.
BUILD_OPTIONS ?=

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z][a-z-]*:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | while IFS=$$'\t' read -r name text; do printf '  make %-10s %s\n' "$$name" "$$text"; done

.PHONY: build
build: ## build the solution (Release)
	dotnet build CvdvaeGrpc.sln --configuration Release -maxCpuCount:2 -nodeReuse:false $(BUILD_OPTIONS)

.PHONY: test
test: ## build, run all the tests and print one line that adds them up
	@build/run-tests.sh

FUZZ_INPUTS ?= 100000
.PHONY: fuzz
fuzz: build ## feed FUZZ_INPUTS (100000) damaged files to each reader
	CVDVAE_FUZZ_INPUTS=$(FUZZ_INPUTS) dotnet test --project tests/Cvdvae.Model.Tests --configuration Release --no-build --filter-class '*Fuzz*'

# The portraits that the embedded model learns from, 64 x 64, packed by the trainer.
PORTRAITS := tools/portraits/node_modules/.installed
PORTRAIT_SOURCES := $(filter-out %.test.mjs,$(wildcard tools/portraits/*.mjs)) tools/portraits/package-lock.json
TRAINER := services/Cvdvae.Trainer/bin/Release/net10.0/cvdvae-trainer
TRAINER_SOURCES = $(shell find services/Cvdvae.Trainer services/Cvdvae.Model services/Cvdvae.Imaging -name '*.cs' -not -path '*/obj/*')
DATA ?= data/toonhead-64
TRAIN_COUNT ?= 12000
VALID_COUNT ?= 512
TEST_COUNT ?= 512

$(PORTRAITS): tools/portraits/package.json tools/portraits/package-lock.json
	build/ensure-node.sh
	cd tools/portraits && npm ci --no-audit --no-fund
	touch $@

.PHONY: portraits
portraits: $(PORTRAITS) ## install the packages of the portrait generator

$(TRAINER): $(TRAINER_SOURCES)
	dotnet build services/Cvdvae.Trainer --configuration Release -nodeReuse:false $(BUILD_OPTIONS)
	touch $@

.PHONY: dataset
dataset: $(DATA)/train.safetensors $(DATA)/valid.safetensors $(DATA)/test.safetensors ## draw the portraits to DATA (data/toonhead-64): 160 MB

$(DATA)/train.safetensors: COUNT = $(TRAIN_COUNT)
$(DATA)/valid.safetensors: COUNT = $(VALID_COUNT)
$(DATA)/test.safetensors: COUNT = $(TEST_COUNT)
$(DATA)/%.safetensors: $(PORTRAIT_SOURCES) | $(PORTRAITS) $(TRAINER)
	$(TRAINER) dataset --portraits $* --count $(COUNT) --size 64 --output $@

.PHONY: clean
clean: ## delete what was built (bin, obj, TestResults, node_modules); data sets stay
	find $(wildcard services clients tests tools) -type d \( -name bin -o -name obj -o -name TestResults -o -name node_modules \) -prune -exec rm -rf {} +
