#!/bin/sh
# Builds everything in release and prints one table of figures with their bars.
set -eu
cd "$(dirname "$0")/.."
swift=${SWIFT:-swift}
$swift build -c release --product vitals >&2
$swift build -c release --product guest-holder >&2
$swift build -c release --package-path Benchmarks >&2
Benchmarks/.build/release/vitals-bench \
  --vitals .build/release/vitals --holder .build/release/guest-holder
