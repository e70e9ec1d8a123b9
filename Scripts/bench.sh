#!/bin/sh
# Builds everything in release mode and prints one table of results with their bars.
set -eu
cd "$(dirname "$0")/.."
swift=${SWIFT:-swift}
{
  $swift build -c release --product vitals
  $swift build -c release --product guest-holder
  $swift build -c release --product fs-holder
  # Without this, SwiftPM does not notice new files of a package in another directory.
  touch Benchmarks/Package.swift
  $swift build -c release --package-path Benchmarks
} >&2
exec Benchmarks/.build/release/vitals-bench \
  --vitals .build/release/vitals --holder .build/release/guest-holder \
  --fs-holder .build/release/fs-holder \
  --peers Scripts/peers.sh
