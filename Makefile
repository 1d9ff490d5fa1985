# Everything that is done to the project is a target here; `make help` lists them.
SHELL := /bin/bash
GO_TOOL := go tool -modfile=tools/go.mod
LINT := $(GO_TOOL) golangci-lint
TEMPL := $(GO_TOOL) templ
STAGE := @scripts/stage

.PHONY: help demo build test lint generate generate-check bench soak

help: ## what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: ## live through 22 November 2018 on this machine
	go run ./cmd/bonghwa demo

build: ## the program, one static file: bin/bonghwa
	CGO_ENABLED=0 go build -trimpath -o bin/bonghwa ./cmd/bonghwa

test: ## everything, from a fresh clone; installs what is missing on Debian
	$(STAGE) "what the tests need" scripts/prerequisites
	$(STAGE) "pinned browser code" npm ci --no-progress --loglevel=error
	$(STAGE) "lint" $(MAKE) --no-print-directory lint
	$(STAGE) "generated files are fresh" scripts/generate-check
	$(STAGE) "tests, with the race detector" scripts/gotest -race -timeout 15m $$(go list ./... | grep -v /test/)
	$(STAGE) "the program itself, alone on the machine" scripts/gotest -race -p 1 -timeout 15m ./test/...

lint: ## the walls and the style, as in .golangci.yml
	$(LINT) run ./...
	cd bench && go tool -modfile=../tools/go.mod golangci-lint run ./...

generate: ## templates and what is copied from npm
	scripts/vendor
	$(TEMPL) generate -path web

generate-check: ## fails if `make generate` changes something
	scripts/generate-check

bench: ## measured budgets beside their peers, into bench/RESULTS.md
	$(STAGE) "what the measuring needs" scripts/prerequisites nginx wrk
	$(STAGE) "budgets" bash -c 'cd bench && go run .'

soak: ## the same tests at the sizes of real life; takes hours
	$(STAGE) "what the tests need" scripts/prerequisites
	$(STAGE) "pinned browser code" npm ci --no-progress --loglevel=error
	$(STAGE) "tests at full size" env BONGHWA_SOAK=1 scripts/gotest -timeout 12h ./...
