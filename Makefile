# The versions of what checks the code. Each is built once, into .bin.
GOLANGCI    := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.8.0

BIN  := $(CURDIR)/.bin
LINT := $(BIN)/$(notdir $(GOLANGCI))
VULN := $(BIN)/$(notdir $(GOVULNCHECK))

FUZZTIME ?= 10s
RUNS ?= 5

.DEFAULT_GOAL := help
.PHONY: help demo test check vulnerabilities fmt schema train measure bench fuzz peers replicas chaos cover build snapshot

help: ## prints this
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

demo: ## runs the whole program against simulated companies
	go run ./cmd/svartid demo

test: peers ## runs all tests, on real mail servers too
	SVARTID_PEERS=1 go test -timeout 20m ./...

check: $(LINT) vulnerabilities ## form, vet, lint, known vulnerabilities, data races
	@unformed=$$(gofmt -l .); [ -z "$$unformed" ] || { echo "run make fmt:" $$unformed; exit 1; }
	go mod tidy -diff
	go vet ./...
	$(LINT) run ./...
	go test -race -short -timeout 20m ./...

# Status 3 is a finding. That the database of vulnerabilities is out of reach is
# said, and no reason to stop.
vulnerabilities: $(VULN)
	@echo $(VULN) ./...; out=$$($(VULN) ./... 2>&1); status=$$?; echo "$$out"; \
	case "$$status $$out" in \
	0*) ;; \
	1*"fetching vulnerabilities:"*) echo "The database of vulnerabilities is out of reach: NOT CHECKED, going on." ;; \
	*) exit $$status ;; \
	esac

fmt: $(LINT) ## puts the code in form
	$(LINT) fmt ./...

TAUGHT = probes/reading/testdata
train: ## makes the tables that the reader has learnt anew
	go run ./probes/reading/train -out probes/reading/learnt \
		$(foreach d,before after,$(TAUGHT)/$(d)=0.3) $(foreach d,fresh second third fourth fifth,$(TAUGHT)/$(d)=0.4) \
		$(TAUGHT)/simulated=0.2 $(foreach d,sixth seventh eighth ninth tenth fourteenth sixteenth seventeenth eighteenth nineteenth,$(TAUGHT)/$(d)) $(TAUGHT)/lines=0.7 $(TAUGHT)/candid-lines=0.7 $(TAUGHT)/sentences

measure: ## says how well letters are read that nothing has learnt from
	go run ./probes/reading/measure -diagram docs/reader/reliability-second.svg $(TAUGHT)/unseen/twentieth

schema: ## makes the configuration's schema and manual anew
	go generate ./...

bench: ## measures beside peers, and writes docs/benchmarks.md
	go run ./docs/bench -runs $(RUNS)

fuzz: ## tries each fuzz test for FUZZTIME (10s)
	@grep -r --include=*_test.go -o '^func Fuzz[A-Za-z]*' . | sed 's/:func / /' | while read -r file name; do \
		echo "$$file $$name"; \
		go test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) "$$(dirname "$$file")" || exit; \
	done

peers: ## installs the servers that tests speak with (Debian, root)
	@.ci/peers

replicas: ## runs two processes on one PostgreSQL, and kills the one in charge in the middle of a round (make peers first)
	SVARTID_PEERS=1 go test -count 1 -v -run 'TestReplicas$$' ./cmd/svartid

SEEDS ?= 1000
CHAOS ?= 200
SCRATCH ?= $(shell [ -d /dev/shm ] && echo /dev/shm || echo /tmp)
chaos: peers ## plays SEEDS seasons (1000) in which everything goes wrong, and kills four replicas CHAOS times (200)
	TMPDIR=$(SCRATCH) GOGC=400 SVARTID_SEEDS=$(SEEDS) go test -count 1 -v -timeout 6h -run 'TestSeasons$$|TestPlanted$$' ./probes/engine/simulation
	SVARTID_PEERS=1 SVARTID_LONG=1 SVARTID_KILLS=$(CHAOS) go test -count 1 -v -timeout 6h -run 'TestChaos$$' ./cmd/svartid

cover: ## says how much the short tests cover; cover.html shows what
	go test -short -coverpkg ./... -coverprofile cover.out ./...
	go tool cover -html cover.out -o cover.html
	@go tool cover -func cover.out | tail -n 1

build: ## builds ./svartid, the same octets wherever it is built
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -buildid=' -o svartid ./cmd/svartid

snapshot: ## tries a release without publishing it: archives, packages, checksums, SBOMs (goreleaser, cyclonedx-gomod)
	goreleaser release --snapshot --clean --skip=docker

$(LINT):
	GOBIN=$(BIN) go install $(GOLANGCI)
	mv $(BIN)/golangci-lint $@

$(VULN):
	GOBIN=$(BIN) go install $(GOVULNCHECK)
	mv $(BIN)/govulncheck $@
