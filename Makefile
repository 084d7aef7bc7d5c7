# What a person types. Everything else is in scripts/, and .ci/run does the same as `make check test`.
SHELL := /bin/bash
.DEFAULT_GOAL := help
export CARGO_TARGET_DIR := $(shell scripts/target-dir)
CHESIL := $(CARGO_TARGET_DIR)/debug/chesil

.PHONY: help demo test check check-quick check-slow assets bench bench-linkage nightly screenshots gallery

help: ## what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## (.*)/  make \1\t\2/' | expand -t 20

demo: assets ## invented people through every feed, then a page in your browser
	cargo build --locked -p chesil
	$(CHESIL) demo

test: assets ## every test, on SQLite and PostgreSQL, and every page in a browser
	@scripts/setup-tests
	@scripts/run-tests

check: check-quick check-slow ## format, lints, documents, dependencies and the rules of the house

check-quick:
	cargo fmt --all --check
	@scripts/audit-deps

check-slow: assets
	cargo clippy --locked --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --workspace --no-deps --document-private-items --quiet
	cargo test --locked -p chesil --test tidy --quiet

assets: crates/web/assets/vendor/nhsuk.css.gz ## the NHS.UK style sheet, installed and never committed

crates/web/assets/vendor/nhsuk.css.gz: package-lock.json scripts/assets.mjs
	@command -v npm >/dev/null || { echo "make assets needs node and npm: please install them"; exit 1; }
	npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	node scripts/assets.mjs
	@touch $@

bench: assets ## how fast, with what was measured written under bench/
	@test -x bench/run || { echo "bench/run is not there yet"; exit 1; }
	bench/run

bench-linkage: assets ## who is who: chesil link beside Splink on the same files, checked against the truth
	bench/linkage/run

nightly: assets ## the long forms: fuzzing, a million cases, hundreds of kills, peers side by side
	@test -x bench/nightly || { echo "bench/nightly is not there yet"; exit 1; }
	bench/nightly

gallery: assets ## every page with sample values, to be looked at
	cargo run --locked -p web --example gallery

screenshots: assets ## pictures of every page at two widths in docs/pictures/latest, and the one in README
	cargo build --locked -p web --example gallery
	node tests/pages/screenshots.mjs "$(CARGO_TARGET_DIR)/debug/examples/gallery"
