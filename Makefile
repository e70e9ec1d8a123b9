# The two commands that do all the set-up are `make demo` and `make test`.
SWIFT ?= swift
export DEBIAN_FRONTEND = noninteractive

.PHONY: demo test test-xen bench fuzz sanitize lint build clean

# Builds the release and shows the main job on tiny guests.
demo:
	@Scripts/need.sh git make cc
	$(SWIFT) build -c release --product vitals
	@Scripts/demo.sh .build/release/vitals

# Lint, all tests, and what the tests cannot see: linkage, unsafe code, paths, fuzzing.
test:
	@Scripts/need.sh git make cc c++ qemu-system-x86_64 promtool fusermount3 tmux xz
	@Scripts/test.sh

# Vitals in the dom0 of a real Xen, under emulation; skipped where that cannot be had.
test-xen:
	@Scripts/need.sh git make cc
	-@Scripts/need.sh qemu-system-x86_64 xz
	$(SWIFT) build -c release --product vitals
	@Scripts/test-xen.sh .build/release/vitals

# The figures of the README, as ratios within one run.
bench:
	@Scripts/need.sh git make cc qemu-system-x86_64
	@Scripts/bench.sh

fuzz:
	@Scripts/fuzz.sh 300

# The tests of tables and trees under ThreadSanitizer, with a build of their own: some minutes the first time.
sanitize:
	@Scripts/check-threads.sh

lint:
	$(SWIFT) format lint --strict --parallel -r Sources Tests Benchmarks Fuzz docs Package.swift

clean:
	rm -rf .build Benchmarks/.build
