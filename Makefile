# `make demo` and `make test` install what is missing.
SWIFT ?= swift
export DEBIAN_FRONTEND = noninteractive

.PHONY: demo test test-xen bench fuzz sanitize lint build clean

# Builds the release and shows it on small guests.
demo:
	@Scripts/need.sh git make cc
	$(SWIFT) build -c release --product vitals
	@Scripts/demo.sh .build/release/vitals

# Runs lint, the guards of the architecture, all tests, linkage checks and short fuzzing.
test:
	@Scripts/need.sh git make cc c++ python3 qemu-system-x86_64 promtool fusermount3 tmux xz
	@Scripts/test.sh

# Runs Vitals in dom0 of a real Xen under emulation; skipped if the packages are unavailable.
test-xen:
	@Scripts/need.sh git make cc
	-@Scripts/need.sh qemu-system-x86_64 xz
	$(SWIFT) build -c release --product vitals
	@Scripts/test-xen.sh .build/release/vitals

# Prints the figures of the README, as ratios within one run.
bench:
	@Scripts/need.sh git make cc qemu-system-x86_64
	@Scripts/bench.sh

fuzz:
	@Scripts/fuzz.sh 300

# Runs the tests of tables and trees under ThreadSanitizer, in a build of its own.
sanitize:
	@Scripts/check-threads.sh

lint:
	$(SWIFT) format lint --strict --parallel -r Sources Tests Examples Benchmarks/Package.swift \
	  Benchmarks/Sources Fuzz Package.swift

clean:
	rm -rf .build Benchmarks/.build Examples/.build
