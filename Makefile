# onedoor 一门办. "make help" lists the targets; "make run" plays the whole story.

SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
GO ?= $(shell build/go.sh)
# Tools started by the targets call plain "go".
export PATH := $(if $(GO),$(dir $(GO)):)$(PATH)
export CGO_ENABLED := 0

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS := -s -w -X main.version=$(VERSION) -X onedoor/app/station.Version=$(VERSION)
BUILD   := $(GO) build -trimpath -buildvcs=false -ldflags "$(LDFLAGS)"

BENCH     ?= Ratio
BENCHTIME ?= 1s
FUZZTIME  ?= 30s
KILLS     ?= 200
MINUTES   ?= 10
RUNS      ?= 5
SEEDS     ?= 300
START     ?= 1

.PHONY: help run test bench dist fuzz race kill soak mesh mesh-breaks cardtest papers licenses ui ui-test try-ui window build need-go need-node clean
.NOTPARALLEL:
.DEFAULT_GOAL := help

help: ## this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

# A display is a screen to show a window on; without one nothing of GTK is asked for.
SCREEN := $(if $(ONCE),,$(DISPLAY)$(WAYLAND_DISPLAY))

run: packages-$(if $(ONCE),once,run) need-go $(if $(ONCE),,try-ui) build $(if $(SCREEN),try-window) ## install what is missing, build, play the story in ./run (ONCE=1: then stop), open the counter
	$(GO) run ./cmd/story --program bin/onedoor --dir run $(if $(SCREEN),--window bin/onedoor-window) $(if $(ONCE),--once)

test: packages-test need-go ## format, vet, all tests, those of the pages too
	build/gofmt.sh $(dir $(GO))gofmt
	$(GO) vet ./...
	$(GO) test -timeout 20m ./...
	@[ ! -f frontend/package.json ] || $(MAKE) --no-print-directory ui-test walk-test smoke

bench: need-go ## the budgets of the design, as ratios (BENCH=. for all benchmarks, BENCHTIME=3s)
	$(GO) test -p 1 -run '^$$' -bench '$(BENCH)' -benchtime $(BENCHTIME) -timeout 60m ./... | $(GO) run ./build/ratios

dist: need-go ## dist/: the headless program and card helpers for Linux amd64, arm64 and Windows amd64
	build/dist.sh $(GO) "$(LDFLAGS)"

fuzz: need-go ## every fuzz target for FUZZTIME=30s
	build/fuzz.sh $(GO) $(FUZZTIME)

race: packages-race need-go ## all tests under the race detector
	CGO_ENABLED=1 $(GO) test -race -timeout 60m ./...

kill: need-go ## kill -9 at random moments of KILLS=200 acceptances
	ONEDOOR_TEST_KILLS=$(KILLS) $(GO) test -run Kill -count=1 -v -timeout 4h ./cmd/onedoor

soak: need-go ## a district of real processes, lines cut and kill -9 at random, for MINUTES=10
	ONEDOOR_SOAK=$(MINUTES)m $(GO) test -run '^TestSoak$$' -count=1 -v -timeout 0 ./cmd/onedoor

# A break is built in with the tag only; see docs/simulation.md.
mesh: need-go ## districts with every fault, from seeds: SEEDS=300 START=1 (TRACE=1 tells the story, BREAK=name breaks the product first)
	@ONEDOOR_MESH_SEEDS=$(SEEDS) ONEDOOR_MESH_START=$(START) ONEDOOR_MESH_BREAK=$(BREAK) ONEDOOR_MESH_TRACE=$(TRACE) ONEDOOR_MESH_ALL=$(ALL) \
	  $(GO) test $(if $(BREAK),-tags meshbreak) -run '^TestSeeds$$' -count=1 -v -timeout 0 ./sync/meshtest

mesh-breaks: need-go ## every deliberate break of the product, each caught by the simulation (START=1)
	ONEDOOR_MESH_START=$(START) $(GO) test -tags meshbreak -run '^TestBreaks$$' -count=1 -v -timeout 0 ./sync/meshtest

cardtest: need-go ## fault schedules of the card reader: 1,000 TCP, 200 pty, 20 at 9600, a slow library (about 5 minutes)
	ONEDOOR_CARD_SCHEDULES=1000,200,20 $(GO) test -run 'Schedules|SlowLibraryConforms' -count=1 -v -timeout 60m ./app/cardreader/conformance ./app/cardreader/cmd/cardhelper

papers: need-go ## one document of each kind for each of three cases, PDF and PNG, to look at (LOOK=papers)
	ONEDOOR_LOOK="$(abspath $(or $(LOOK),papers))" $(GO) test -run 'TestLook$$' -count=1 ./forms/document

licenses: need-go ## write THIRD_PARTY.txt anew
	$(GO) run ./build/licenses > THIRD_PARTY.txt.new && mv THIRD_PARTY.txt.new THIRD_PARTY.txt

build: need-go ## bin/onedoor
	$(BUILD) -o bin/onedoor ./cmd/onedoor

# The pages that the programs embed. Node runs only when a source is newer.
PAGES := THIRD_PARTY.txt LICENSE forms/schema/messages.json $(wildcard frontend/*.json frontend/*.ts frontend/index.html) $(shell find frontend/src frontend/public -type f 2>/dev/null)

ui: need-node frontend/dist/index.html ## the pages of the window and of the browser

ui-test: need-node ## types and tests of the pages
	cd frontend && npm ci --no-audit --no-fund && npm run build && npm test

frontend/dist/index.html: $(PAGES) frontend/node_modules/.package-lock.json
	cd frontend && npm run build

frontend/node_modules/.package-lock.json: frontend/package-lock.json
	cd frontend && npm ci --no-audit --no-fund
	touch $@

# The story needs no pages; without them the browser is told how to get them.
try-ui:
	@$(MAKE) --no-print-directory ui || echo "pages not built, going on without 没有构建网页，继续（界面会说明原因）"

# Without a window the story tells the address of the pages.
try-window:
	@$(MAKE) --no-print-directory window || echo "window not built, going on with a browser 没有构建窗口程序，改用浏览器"

# WebKitGTK 4.1 where there is one, else 4.0 (older Kylin and UOS).
WEBKIT = $(shell pkg-config --exists webkit2gtk-4.1 2>/dev/null && echo ,webkit2_41)

window: packages-window need-go ui ## bin/onedoor-window: the desktop program for this system
	CGO_ENABLED=1 $(BUILD) -tags desktop,production$(WEBKIT) -o bin/onedoor-window .

clean: ## remove what the targets made, the story's data too
	rm -rf bin dist run papers

# The scripts look before they install; nothing happens when nothing is missing.
packages-%:
	@build/packages.sh $*

# After packages-run: it may have brought the go command, so look again.
need-go:
	@build/go.sh >/dev/null || { echo "Go 1.26 or newer is needed: https://go.dev/dl/" >&2; exit 1; }

need-node:
	@node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null || \
	  { echo "Node.js 20.19 or newer is needed 需要 Node.js 20.19 以上: https://nodejs.org/" >&2; exit 1; }

# A slice of the walks, and the real window on a screen of its own, for "make test".
.PHONY: walk-test smoke smoke-preview first-screen try-window
walk-test: packages-e2e need-go need-node ui build
	cd frontend && node --test --test-timeout=300000 --test-name-pattern='by card|rare names|scanner|voids|input method|link|no request' e2e/walk.test.mjs
	cd frontend && node --test --test-timeout=300000 --test-name-pattern='hub away|kept|nothing' e2e/more.test.mjs

first-screen: packages-smoke window build ## from start to login on the screen, against an empty Wails program (RUNS=5)
	build/firstscreen.sh bin/onedoor bin/onedoor-window $(RUNS)

smoke: packages-smoke window build ## the real window under Xvfb: it shows the login, logs in, and prints nothing bad
	build/smoke.sh bin/onedoor bin/onedoor-window

smoke-preview: packages-smoke window build ## smoke, and a notice drawn by the real web view (PAUSE=3 seconds between keys; pictures in ./papers)
	mkdir -p papers && build/smoke.sh bin/onedoor bin/onedoor-window papers/window.png papers/window-preview.png

# Walks of a clerk through the real program in a real browser, and pictures of it.
.PHONY: e2e shots
E2E_SHOTS ?= docs/manual/shots

e2e: packages-e2e need-go need-node ui build ## a clerk's walks through the real program in Chromium
	cd frontend && node e2e/contract.mjs
	cd frontend && node --test --test-concurrency=1 --test-timeout=300000 e2e/walk.test.mjs e2e/form.test.mjs e2e/more.test.mjs e2e/hub.test.mjs e2e/desk.test.mjs e2e/review.test.mjs e2e/axe.test.mjs

shots: packages-e2e need-go need-node ui build ## pictures of every screen (E2E_SHOTS=folder)
	cd frontend && node e2e/shots.mjs "$(abspath $(E2E_SHOTS))"
