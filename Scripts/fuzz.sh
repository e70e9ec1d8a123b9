#!/bin/sh
# Feeds the KVM format reader with files from the fuzzer: Scripts/fuzz.sh [SECONDS]
#
# Fails where it crashes, hangs or takes too much memory; the input is left in .build/fuzz.
set -eu

cd "$(dirname "$0")/.."
seconds=${1:-20}
out=.build/fuzz
mkdir -p "$out/corpus"

# shellcheck disable=SC2046 # the paths have no spaces
swiftc -O -parse-as-library -sanitize=fuzzer -swift-version 6 -strict-memory-safety \
  -module-name KVMFormatFuzz -o "$out/kvm-format" \
  $(find Sources/Statistics -name '*.swift') Fuzz/KVMFormatFuzz.swift

# Swift's own report of crashes would keep libFuzzer from saving the input.
export SWIFT_BACKTRACE=enable=no
# What is new goes to the first directory; the others are only read.
exec "$out/kvm-format" -max_total_time="$seconds" -max_len=8192 -timeout=5 -rss_limit_mb=1024 \
  -artifact_prefix="$out/" -print_final_stats=1 -verbosity=1 "$out/corpus" Fuzz/Corpus
