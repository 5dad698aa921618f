# make test does everything, on a fresh machine too. make check is the quick
# gate before a commit.

export LIVINGPROFILE_AXE := $(CURDIR)/.cache/axe/axe.min.js
export LIVINGPROFILE_OPENAPI_LINTERS := $(CURDIR)/.cache/openapi
export LIVINGPROFILE_WEBHOOK_VERIFIERS := $(CURDIR)/.cache/verifiers

# What was built for one folder is then of use in another, as in a fresh clone.
export GOFLAGS := $(filter-out -trimpath,$(GOFLAGS)) -trimpath

.PHONY: run test long check setup generate short pictures

run: ## serve the demo
	go run ./cmd/livingprofile demo

# The race detector watches what many share: the store, the whole service, and what
# locks or starts something. It watches the others in make long, but for those that
# start programs and browsers.
watched := store cmd/wire $(addprefix internal/,audience authz connector decision folder hook i18n identity inbound job job/jobtest keyring keyring/keytest login login/logintest mail mail/mailbox outbound pull rights staff turn)
programs := e2e cmd/livingprofile cmd/bench
others = $(filter-out $(addprefix livingprofile/,$(watched) $(programs)),$(shell go list ./...))

# The race detector watches our code and the standard library. Watching what
# only computes, and shares nothing, takes half as long again: the database
# engine, the YAML reader, compression and the setting of text.
computing := modernc.org/... go.yaml.in/... github.com/andybalholm/brotli compress/flate github.com/boxesandglue/...
unwatched := $(computing:%=-gcflags=%=-race=false)

# Databases are made by the hundred, of some hundred files each: in memory, where
# there is enough, that takes a fraction.
memory := $(shell df --output=avail /dev/shm 2>/dev/null | awk 'NR == 2 && $$1 > 8000000 { print "TMPDIR=/dev/shm GOTMPDIR=/tmp" }')

# What all test programs of a run share: a PostgreSQL, the schema, the demo's people.
shared := $(or $(if $(memory),/dev/shm),/tmp)/livingprofile-$(shell echo $(CURDIR) | cksum | cut -d' ' -f1)

# Memory is there and time is not, and much of a test is waiting. What go vet
# finds, make check has found.
gotest := $(memory) GOGC=400 LIVINGPROFILE_TEST_REQUIRE_ALL=1 LIVINGPROFILE_TEST_SHARED=$(shared) go test -p 3 -parallel 4 -vet=off -ldflags="-s -w" -timeout 20m

test: ## everything: what CI runs
	@$(MAKE) --no-print-directory -j2 setup check # one waits for the network
	@rm -rf $(shared) && mkdir -m 711 -p $(shared)
	@trap 'rm -rf $(shared)' EXIT && set -x && \
	GORACE=atexit_sleep_ms=10 $(gotest) -race $(unwatched) $(addprefix ./,$(watched)) && \
	$(gotest) $(addprefix ./,$(programs)) $(others)

long: setup ## what draws or repeats, as much of it as before a release
	LIVINGPROFILE_LONG=1 go test -count=1 -p 1 -timeout 3h -run '[Ss]torm|Changes_once|Kill|Tampering' ./cmd/wire ./cmd/livingprofile ./handlers/api ./store
	go test -count=1 -race $(unwatched) -timeout 3h $(others)
	LIVINGPROFILE_LONG=1 go test -count=1 -timeout 3h -run 'TestEveryPage|TestConsolePages' ./e2e

check: ## format, vet, staticcheck, generated files
	@unformatted=$$(go tool gofumpt -l $$(git ls-files '*.go' | grep -v _templ.go)); \
		[ -z "$$unformatted" ] || { echo "not formatted:"; echo "$$unformatted"; exit 1; }
	go vet ./...
	go tool staticcheck ./...
	go tool templ generate >/dev/null 2>&1
	@git diff --exit-code --stat -- '*_templ.go' || { echo "generated files are out of date: commit what make generate made"; exit 1; }

setup: ## install what the tests need
	@.ci/setup

generate: ## regenerate the pages after a change to a .templ file
	go tool templ generate

short: ## the tests that need nothing but Go
	go test -short ./...

pictures: setup ## take the README's pictures anew
	LIVINGPROFILE_PICTURES=$(CURDIR)/docs/pictures go test -count=1 -run Pictures ./e2e
