#!/bin/sh
# Checks that `unsafe` occurs only in LinuxSystem, SharedTable, XenTable and where embedded data files
# are read, and that nothing imports Foundation.
set -eu
cd "$(dirname "$0")/.."
if grep -rnw --include=*.swift unsafe Sources \
  | grep -v '^Sources/Core/LinuxSystem/' \
  | grep -v '^Sources/Core/SharedTable/' \
  | grep -v '^Sources/Formats/XenTable/' \
  | grep -v '^Sources/Core/StatsKnowledge/BuiltInText.swift' \
  | grep -v '^Sources/Core/StatsKnowledge/SampleSchemas.swift'; then
  echo "unsafe code outside of the permitted files" >&2
  exit 1
fi
if grep -rn --include=*.swift -E '^(public |internal )?import Foundation$' Sources; then
  echo "Foundation is imported" >&2
  exit 1
fi
echo "unsafe code only in the permitted files"
