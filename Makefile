# onedoor 一门办. "make help" lists the targets; "make run" plays the whole story.

SHELL := /bin/bash
GO ?= $(shell build/go.sh)
# Tools started by the targets call plain "go".
export PATH := $(if $(GO),$(dir $(GO)):)$(PATH)
export CGO_ENABLED := 0

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS := -s -w -X main.version=$(VERSION)
BUILD   := $(GO) build -trimpath -buildvcs=false -ldflags "$(LDFLAGS)"

BENCH     ?= .
BENCHTIME ?= 1s
FUZZTIME  ?= 30s
KILLS     ?= 2000

.PHONY: help run test bench dist fuzz race kill licenses build need-go clean
.NOTPARALLEL:
.DEFAULT_GOAL := help

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: packages-run need-go build ## install what is missing, build, play the story in ./run (ONCE=1: then stop)
	$(GO) run ./cmd/story --program bin/onedoor --dir run $(if $(ONCE),--once)

test: packages-test need-go ## format, vet, all tests
	build/gofmt.sh $(dir $(GO))gofmt
	$(GO) vet ./...
	$(GO) test -timeout 20m ./...
	@if [ -f frontend/package.json ]; then cd frontend && npm ci --no-audit --no-fund && npm run build && npm test; fi

bench: need-go ## the budgets of the design, as ratios (BENCH=regexp BENCHTIME=1s)
	$(GO) test -p 1 -run '^$$' -bench '$(BENCH)' -benchtime $(BENCHTIME) -timeout 60m ./...

dist: need-go ## dist/: the headless program for Linux amd64, arm64 and Windows amd64
	build/dist.sh $(GO) "$(LDFLAGS)"

fuzz: need-go ## every fuzz target for FUZZTIME=30s
	build/fuzz.sh $(GO) $(FUZZTIME)

race: packages-race need-go ## all tests under the race detector
	CGO_ENABLED=1 $(GO) test -race -timeout 60m ./...

kill: need-go ## kill -9 at random moments, KILLS=2000 times
	ONEDOOR_TEST_KILLS=$(KILLS) $(GO) test -run Kill -count=1 -v -timeout 4h ./cmd/onedoor

licenses: need-go ## write THIRD_PARTY.txt anew
	$(GO) run ./build/licenses > THIRD_PARTY.txt.new && mv THIRD_PARTY.txt.new THIRD_PARTY.txt

build: need-go ## bin/onedoor
	$(BUILD) -o bin/onedoor ./cmd/onedoor

clean: ## remove what the targets made, the story's data too
	rm -rf bin dist run

# The scripts look before they install; nothing happens when nothing is missing.
packages-%:
	@build/packages.sh $*

# After packages-run: it may have brought the go command, so look again.
need-go:
	@build/go.sh >/dev/null || { echo "Go 1.26 or newer is needed: https://go.dev/dl/" >&2; exit 1; }

# --- the pages and the window -------------------------------------------------
.PHONY: ui ui-test window need-node

# WebKitGTK 4.1 where there is one, else 4.0 (older Kylin and UOS).
WEBKIT = $(shell pkg-config --exists webkit2gtk-4.1 2>/dev/null && echo ,webkit2_41)

ui: need-node ## frontend/dist: the pages that the programs embed
	cd frontend && npm ci --no-audit --no-fund && npm run build

ui-test: need-node ## types and tests of the pages
	cd frontend && npm ci --no-audit --no-fund && npm run check && npm test

window: need-go ui ## bin/onedoor-window: the desktop program, for this system
	@pkg-config --exists gtk+-3.0 && { pkg-config --exists webkit2gtk-4.1 || pkg-config --exists webkit2gtk-4.0; } || { \
	  echo "Needed first 请先安装: build-essential pkg-config libgtk-3-dev libwebkit2gtk-4.1-dev (Debian names)" >&2; exit 1; }
	CGO_ENABLED=1 $(GO) build -trimpath -buildvcs=false -tags desktop,production$(WEBKIT) -ldflags "-s -w" -o bin/onedoor-window .

need-node:
	@node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null || \
	  { echo "Node.js 20.19 or newer is needed: https://nodejs.org/" >&2; exit 1; }
