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
	@grep -hE '^[a-z][a-z-]*:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | while IFS=$$'\t' read -r name text; do printf '  make %-14s %s\n' "$$name" "$$text"; done

.PHONY: build
build: ## build the solution (Release)
	dotnet build CvdvaeGrpc.sln --configuration Release -maxCpuCount:2 -nodeReuse:false $(BUILD_OPTIONS)

.PHONY: test
test: ## build, run all the tests and print one line that adds them up; CVDVAE_LONG_TESTS=1 for those too that take minutes
	@build/run-tests.sh

# Pictures that tests read and that stay out of the repository.
FIXTURE_IMAGES := tests/fixture-images/node_modules/.installed
$(FIXTURE_IMAGES): tests/fixture-images/package.json tests/fixture-images/package-lock.json
	build/ensure-node.sh
	cd tests/fixture-images && npm ci --ignore-scripts --no-audit --no-fund
	touch $@

.PHONY: fixture-images
fixture-images: $(FIXTURE_IMAGES) ## install the pictures that tests read

# Where demo and serve find models, and what demo makes of which image.
MODELS ?= models
IMAGE ?= samples/portrait-01-x4.png
OUT ?= out/demo
CLI := clients/Cvdvae.Cli/bin/Release/net10.0/cvdvae

.PHONY: services
services: ## build the services and the command line client alone
	dotnet build build/Services.slnf --configuration Release -maxCpuCount:2 -nodeReuse:false $(BUILD_OPTIONS)

# Without it the services run as well, slower.
.PHONY: allocator
allocator:
	@PATH=$$PATH:/sbin ldconfig -p 2> /dev/null | grep -F libtcmalloc_minimal.so.4 > /dev/null || ! command -v apt-get > /dev/null || build/install-debian-packages.sh libtcmalloc-minimal4 \
		|| echo 'libtcmalloc-minimal4 is not there: the services will use the C library'"'"'s allocator, and be slower'

.PHONY: demo
demo: services allocator ## super-resolve IMAGE (a portrait of samples/) into 5 samples in OUT (out/demo), through services that run for it
	MODELS="$(MODELS)" build/services.sh -- $(CLI) upscale "$(IMAGE)" --output "$(OUT)" --samples 5 --fit crop

PORTS ?= 5000 5001
.PHONY: could-serve
could-serve:
	@MODELS="$(MODELS)" build/services.sh --check $(PORTS)

.PHONY: serve
serve: could-serve page-if-possible services allocator ## keep the services up: gRPC on 127.0.0.1:5000, page and gRPC-Web on 127.0.0.1:5001; MODELS=folder, PORTS="5010 5011", STAGES="1-32 64-256", TRANSPORT=tcp, ALLOCATOR=glibc
	MODELS="$(MODELS)" build/services.sh $(PORTS)

BUF := tools/protos/node_modules/.installed
BUF_PROGRAM := tools/protos/node_modules/.bin/buf
$(BUF): tools/protos/package.json tools/protos/package-lock.json
	build/ensure-node.sh
	cd tools/protos && npm ci --ignore-scripts --no-audit --no-fund
	touch $@

# Stubs of the protocol for clients; the build makes them, none are committed.
TYPESCRIPT := clients/typescript
TYPESCRIPT_STUBS := $(TYPESCRIPT)/src/gen/cvdvae/v1/super_resolution_service_pb.ts
$(TYPESCRIPT_STUBS): protos/cvdvae/v1/super_resolution_service.proto $(TYPESCRIPT)/buf.gen.yaml | $(BUF)
	$(BUF_PROGRAM) generate --template $(TYPESCRIPT)/buf.gen.yaml
	touch $@

.PHONY: proto
proto: $(TYPESCRIPT_STUBS) python-stubs ## generate the stubs of the clients from protos/

# The TypeScript library and the page.
CLIENT_PACKAGES := clients/node_modules/.installed
$(CLIENT_PACKAGES): clients/package.json clients/package-lock.json $(TYPESCRIPT)/package.json clients/web/package.json
	build/ensure-node.sh clients
	cd clients && npm ci --ignore-scripts --no-audit --no-fund
	touch $@

TYPESCRIPT_LIBRARY := $(TYPESCRIPT)/dist/node.js
$(TYPESCRIPT_LIBRARY): $(TYPESCRIPT_STUBS) $(wildcard $(TYPESCRIPT)/src/*.ts) $(TYPESCRIPT)/tsconfig.json $(TYPESCRIPT)/tsconfig.cjs.json $(TYPESCRIPT)/commonjs.json | $(CLIENT_PACKAGES)
	rm -rf $(TYPESCRIPT)/dist
	cd $(TYPESCRIPT) && npm run --silent build
	touch $@

PAGE := clients/web/dist/index.html
$(PAGE): $(TYPESCRIPT_LIBRARY) clients/web/index.html $(wildcard clients/web/src/* clients/web/public/* samples/*.png) clients/web/vite.config.js clients/web/notices.js clients/web/tsconfig.json | $(CLIENT_PACKAGES)
	cd clients/web && npm run --silent build
	touch $@

.PHONY: web
web: $(PAGE) ## build the TypeScript library and the page that the gateway serves

.PHONY: typescript-package
typescript-package: $(TYPESCRIPT_LIBRARY) ## build the library for Node.js and browsers, PACKAGES/cvdvae-*.tgz (artifacts/packages)
	mkdir -p "$(PACKAGES)"
	cd $(TYPESCRIPT) && npm pack --silent --pack-destination "$(abspath $(PACKAGES))"

# Serving needs no Node.js: without it there is no page.
.PHONY: page-if-possible
page-if-possible:
	@build/ensure-node.sh clients && $(MAKE) --no-print-directory web || echo 'the page was not built; the services work without it'

.PHONY: lint
lint: $(BUF) ## check the protocol: lint, and compatibility with the branch main
	build/lint-protos.sh

# The client for Python. Debian's packages belong to Debian's Python; another one may come first in the path.
CLIENT_PYTHON ?= $(if $(wildcard /usr/bin/python3),/usr/bin/python3,python3)
PYTHON_PACKAGES := python3-grpcio python3-protobuf protobuf-compiler protobuf-compiler-grpc libprotobuf-dev python3-setuptools python3-wheel
PYTHON_TEST_PACKAGES := python3-pip python3-venv python3-pil python3-numpy mypy openssl

# What the build needs: Debian's packages, or whatever has the same elsewhere.
.PHONY: python-packages
python-packages:
	@! command -v apt-get > /dev/null || build/install-debian-packages.sh $(PYTHON_PACKAGES)
	@$(CLIENT_PYTHON) -c 'import google.protobuf, grpc, setuptools, wheel'
	@command -v protoc > /dev/null || { echo 'protoc is missing' >&2; exit 1; }
	@command -v grpc_python_plugin > /dev/null || { echo 'grpc_python_plugin is missing' >&2; exit 1; }

.PHONY: python-stubs
python-stubs: python-packages ## make the stubs of the protocol inside clients/python/src, for work on the client for Python
	cd clients/python && $(CLIENT_PYTHON) setup.py --quiet stubs

.PHONY: python-wheel
python-wheel: python-packages ## build the client for Python, clients/python/dist/cvdvae-*.whl
	@! command -v apt-get > /dev/null || build/install-debian-packages.sh python3-pip python3-venv
	rm -rf clients/python/build clients/python/dist
	$(CLIENT_PYTHON) -m pip --quiet wheel --no-index --no-build-isolation --no-deps --wheel-dir clients/python/dist clients/python

.PHONY: python-test
python-test: python-stubs ## run the tests of the client for Python; those against the services need make services before
	@! command -v apt-get > /dev/null || build/install-debian-packages.sh $(PYTHON_TEST_PACKAGES)
	cd clients/python/tests && PYTHONPATH=../src PYTHONDONTWRITEBYTECODE=1 no_proxy=127.0.0.1,localhost timeout 1500 $(CLIENT_PYTHON) -m unittest

# The client for C#. One package has all of ours that a program needs.
PACKAGES ?= artifacts/packages
.PHONY: csharp-package
csharp-package: ## build the client for C#, PACKAGES/Cvdvae.Client.*.nupkg (artifacts/packages)
	dotnet pack clients/Cvdvae.Client --configuration Release -nodeReuse:false --output "$(PACKAGES)"

# The images, without a container engine; the options of the script are environment variables.
.PHONY: images
images: page-if-possible ## build the images of the services and the trainer with buildah, as root: VARIANT=cuda, ARCHIVES=folder, more in build/images.sh
	@! command -v apt-get > /dev/null || build/install-debian-packages.sh buildah debootstrap
	build/images.sh

.PHONY: model-image
model-image: ## build the image of a model, MODEL=folder, that puts it on the volume in Kubernetes; as root, like images
	@! command -v apt-get > /dev/null || build/install-debian-packages.sh buildah debootstrap
	MODEL="$(MODEL)" build/images.sh model

.PHONY: push
push: ## push the images: REGISTRY=registry.example.com/team, TAG=0.1.0-cpu, TARGETS="gateway encoder decoder trainer", more in build/push.sh
	build/push.sh $(TARGETS)

.PHONY: use-images
use-images: ## say where Kubernetes takes all images from: REGISTRY=registry.example.com/team TAG=0.1.0-cpu
	build/use-images.sh

MANIFESTS ?= out/k8s
.PHONY: manifests
manifests: ## render every overlay of k8s/ to MANIFESTS (out/k8s)
	mkdir -p $(MANIFESTS)
	for overlay in k8s/overlays/*/ k8s/custom-metrics/ k8s/trainer/ k8s/model/ k8s/model-shell/; do kubectl kustomize $$overlay > $(MANIFESTS)/$$(basename $$overlay).yaml; done

.PHONY: chart
chart: ## write the manifests in the Helm chart anew, from k8s/
	build/chart.sh

.PHONY: configuration
configuration: ## write docs/configuration.md anew from the options of the services
	dotnet build tests/Cvdvae.Deployment.Tests --configuration Release -nodeReuse:false
	CVDVAE_UPDATE_CONFIGURATION=1 tests/Cvdvae.Deployment.Tests/bin/Release/net10.0/Cvdvae.Deployment.Tests -class '*ConfigurationReferenceTests'

# Clones of the official programs to measure beside ours, and a Python that has PyTorch; without them only ours are measured.
VDVAE ?=
SRVDVAE ?=
PYTHON ?= python3
BENCHMARKS := tests/Cvdvae.Benchmarks/bin/Release/net10.0/Cvdvae.Benchmarks
.PHONY: bench
bench: build ## print the benchmark tables; VDVAE=clone SRVDVAE=clone PYTHON=python to measure the official programs too
	$(BENCHMARKS) decode $(if $(SRVDVAE),--srvdvae $(SRVDVAE) --python $(PYTHON))
	$(BENCHMARKS) kernels
	$(BENCHMARKS) training $(if $(VDVAE),--vdvae $(VDVAE) --python $(PYTHON))
	$(BENCHMARKS) memory
	$(BENCHMARKS) capacity
	$(BENCHMARKS) serving --models models --rounds 4 --runs 30 --seconds 32
	$(BENCHMARKS) serving --rounds 1 --runs 5 --seconds 60 --largest-batch 4

FUZZ_INPUTS ?= 100000
.PHONY: fuzz
fuzz: build ## feed FUZZ_INPUTS (100000) damaged files to each reader
	CVDVAE_FUZZ_INPUTS=$(FUZZ_INPUTS) dotnet test --project tests/Cvdvae.Model.Tests --configuration Release --no-build --filter-class '*Fuzz*'

FUNCTIONAL_TESTS := tests/Cvdvae.FunctionalTests/bin/Release/net10.0/Cvdvae.FunctionalTests
SOAK_MINUTES ?= 30
.PHONY: soak
soak: build ## put mixed load on the services for SOAK_MINUTES (30): cancelled, bad and slowly read calls; fails where memory or handles grow
	CVDVAE_SOAK_MINUTES=$(SOAK_MINUTES) $(FUNCTIONAL_TESTS) -class '*SoakTests' -showLiveOutput

.PHONY: cluster
cluster: build ## show what clients see while replicas come, go, die, fall silent and are overloaded: hosts are network namespaces, so root only
	@! command -v apt-get > /dev/null || build/install-debian-packages.sh dnsmasq-base iproute2
	CVDVAE_LONG_TESTS=1 $(FUNCTIONAL_TESTS) -class '*ClusterTests' -class '*OverloadTests' -showLiveOutput

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

# The pictures in samples/: the small versions of portraits that no model is trained on.
SAMPLE_PORTRAITS := 17 0 2 9 10 11 18 19 21 22 23 6
.PHONY: samples
samples: | $(PORTRAITS) $(TRAINER) ## draw the pictures in samples/ anew
	mkdir -p out/samples
	$(TRAINER) dataset --portraits test --count 24 --size 64 --output out/samples/test.safetensors
	for scale in 4 8; do $(TRAINER) export --data out/samples/test.safetensors --indices $(SAMPLE_PORTRAITS) --scale $$scale --prefix portrait --output samples; done
	$(TRAINER) export --data out/samples/test.safetensors --indices $(SAMPLE_PORTRAITS) --prefix portrait --output out/samples
	for file in out/samples/portrait-*-x1.png; do name=$$(basename "$$file"); mv "$$file" "samples/$${name/x1/original}"; done

# A whole training in minutes: 256 portraits at 32x32, a prior, a low-res encoder x4, preview heads.
TINY := runs/tiny-portraits
$(TINY)/%.safetensors: $(PORTRAIT_SOURCES) | $(PORTRAITS) $(TRAINER)
	$(TRAINER) dataset --portraits $* --count $(if $(filter train,$*),256,64) --size 32 --output $@

.PHONY: train-tiny
train-tiny: $(TINY)/train.safetensors $(TINY)/valid.safetensors $(TRAINER) ## train a tiny model in minutes, to runs/tiny-portraits
	$(TRAINER) prior --hparams recipes/tiny-portraits/prior.json --data $(TINY)/train.safetensors --validation-data $(TINY)/valid.safetensors \
	  --model $(TINY)/tiny-portraits --run $(TINY)/prior --batch 8 --steps 400 --learning-rate 2e-3 --final-learning-rate 0.1 --ema-rate 0.98 \
	  --validation-steps 50 --validation-images 64 --image-steps 200
	$(TRAINER) encoder --hparams recipes/tiny-portraits/encoder-x4.json --data $(TINY)/train.safetensors --validation-data $(TINY)/valid.safetensors \
	  --model $(TINY)/tiny-portraits --run $(TINY)/encoder-x4 --batch 16 --steps 280 --learning-rate 2e-3 --final-learning-rate 0.1 --ema-rate 0.98 \
	  --validation-steps 40 --validation-images 64 --image-steps 140
	$(TRAINER) previews --model $(TINY)/tiny-portraits --samples 512

# The recipe of the embedded model: hours on a graphics card, days on two processors. Each part goes on where it was stopped; a part that is done is left alone.
RUNS ?= runs/toonhead-64
PRIOR_STEPS ?= 60000
ENCODER_STEPS ?= 12000
TRAIN_OPTIONS ?=
RECIPE := recipes/toonhead-64
TOONHEAD = $(RUNS)/toonhead-64
TOONHEAD_DATA = --data $(DATA)/train.safetensors --validation-data $(DATA)/valid.safetensors --data-credit "64x64 portraits, ToonHead by Johan Melin, CC BY 4.0"
# A prior with more steps wants encoders of its own, in the place of those before.
ENCODER_RECIPE = --model $(TOONHEAD) --replace --batch 8 --steps $(ENCODER_STEPS) --learning-rate 8e-4 --final-learning-rate 0.05 --warmup-steps 50 --ema-rate 0.995 --validation-steps 500 --image-steps 1000 --fp16

.PHONY: train-default
train-default: $(DATA)/train.safetensors $(DATA)/valid.safetensors $(DATA)/test.safetensors $(TRAINER) ## train the embedded model and evaluate it, to RUNS (runs/toonhead-64); stop and repeat at will; TRAIN_OPTIONS="--device cuda"
	$(TRAINER) prior --hparams $(RECIPE)/prior.json $(TOONHEAD_DATA) --model $(TOONHEAD) --run $(RUNS)/prior --batch 4 --steps $(PRIOR_STEPS) --learning-rate 5e-4 --final-learning-rate 0.1 \
	  --ema-rate 0.998 --gradient-clip 400 --skip-threshold 5000 --validation-steps 500 --image-steps 1000 --fp16 $(TRAIN_OPTIONS)
	for scale in 4 8; do $(TRAINER) encoder --hparams $(RECIPE)/encoder-x$$scale.json $(TOONHEAD_DATA) --run $(RUNS)/encoder-x$$scale-of-$(PRIOR_STEPS) $(ENCODER_RECIPE) $(TRAIN_OPTIONS); done
	$(TRAINER) previews --model $(TOONHEAD) --samples 2048
	$(MAKE) --no-print-directory evaluate MODEL=$(TOONHEAD) EVALUATION=$(RUNS)/evaluation

# Files for the perceptual distance and BRISQUE, which are not ours to ship (docs/evaluation.md).
MODEL ?= models/toonhead-64
EVALUATION ?= out/evaluation
EVALUATE_LIMIT ?= 200
PERCEPTUAL ?=
LPIPS ?=
BRISQUE ?=
EVALUATE_OPTIONS = $(if $(PERCEPTUAL),--perceptual $(PERCEPTUAL)) $(if $(LPIPS),--lpips $(LPIPS)) $(if $(BRISQUE),--brisque $(BRISQUE))

.PHONY: evaluate
evaluate: $(DATA)/test.safetensors $(TRAINER) ## measure MODEL (models/toonhead-64) on held-out portraits, to EVALUATION (out/evaluation); PERCEPTUAL=file BRISQUE=folder
	for encoder in $(MODEL)/encoder-x*.safetensors; do \
	  scale=$${encoder##*-x}; scale=$${scale%.safetensors}; \
	  $(TRAINER) evaluate --model $(MODEL) --images $(DATA)/test.safetensors --scale $$scale --temperatures 0.1,0.8 --limit $(EVALUATE_LIMIT) $(EVALUATE_OPTIONS) --output $(EVALUATION)/x$$scale; \
	done
	$(TRAINER) evaluate --model $(MODEL) --consistency-curve --output $(EVALUATION)/consistency

.PHONY: clean
clean: ## delete what was built (bin, obj, TestResults, node_modules, clients' stubs and bundles, images); data sets stay
	find $(wildcard services clients tests tools) -type d \( -name bin -o -name obj -o -name TestResults -o -name node_modules \) -prune -exec rm -rf {} +
	rm -rf $(TYPESCRIPT)/src/gen $(TYPESCRIPT)/dist clients/web/dist artifacts
