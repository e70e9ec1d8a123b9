#!/bin/sh
# Builds everything in release and prints one table of figures with their bars.
set -eu
cd "$(dirname "$0")/.."
swift=${SWIFT:-swift}
{
  $swift build -c release --product vitals
  $swift build -c release --product guest-holder
  $swift build -c release --product fs-holder
  # SwiftPM sees new files of a package elsewhere only when it plans anew.
  touch Benchmarks/Package.swift
  $swift build -c release --package-path Benchmarks
} >&2
exec Benchmarks/.build/release/vitals-bench \
  --vitals .build/release/vitals --holder .build/release/guest-holder \
  --fs-holder .build/release/fs-holder \
  --peers Scripts/peers.sh
