#!/bin/sh
# `unsafe` lives in LinuxSystem, SharedTable and XenTable; elsewhere only where the embedded data files are read.
set -eu
cd "$(dirname "$0")/.."
if grep -rnw --include=*.swift unsafe Sources \
  | grep -v '^Sources/Core/LinuxSystem/' \
  | grep -v '^Sources/Core/SharedTable/' \
  | grep -v '^Sources/Formats/XenTable/' \
  | grep -v '^Sources/Core/StatsKnowledge/BuiltInText.swift' \
  | grep -v '^Sources/Testing/StatsTesting/SampleSchemas.swift'; then
  echo "unsafe code outside of its rooms" >&2
  exit 1
fi
if grep -rn --include=*.swift -E '^(public |internal )?import Foundation$' Sources; then
  echo "Foundation is imported" >&2
  exit 1
fi
echo "unsafe code is where it belongs"
