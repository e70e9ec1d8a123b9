#!/bin/sh
# Runs lint, all checks and all tests; the last line has the number of tests.
set -eu
cd "$(dirname "$0")/.."

echo "== lint"
swift format lint --strict --parallel -r \
  Sources Tests Examples Benchmarks/Package.swift Benchmarks/Sources Fuzz Package.swift

echo "== architecture"
Scripts/test-check-architecture.py
Scripts/check-architecture.py

echo "== C"
# Only clang compiles the shims: their header has nullability annotations.
clang -std=gnu11 -Wall -Wextra -Werror -fsyntax-only -ISources/C/CLinux/include \
  Sources/C/CLinux/*.c
Scripts/check-handover-example.sh
# A test compiles and runs this program.
cc -std=c11 -Wall -Wextra -Werror -Wpedantic -Wconversion -fsyntax-only \
  Tests/Fixtures/KVMReader/reader.c

echo "== the table's header, its revisions and its examples"
Scripts/check-table-header.sh
# The tests run these programs, too.
Scripts/check-table-matrix.sh
Scripts/check-table-examples.sh
# A twentieth of the default mutations and samples.
TABLE_MUTATIONS=10000 TABLE_SAMPLES=200000 Scripts/check-table-hostile.sh

echo "== build"
swift build --build-tests --explicit-target-dependency-import-check error
swift build -c release --product vitals --explicit-target-dependency-import-check error
# The examples use products only; the benchmarks use Vitals without its traits.
swift build --package-path Examples
swift build --package-path Benchmarks

echo "== linkage"
Scripts/check-linkage.sh .build/release/vitals

echo "== xen"
Scripts/test-xen.sh .build/release/vitals

echo "== fuzz"
Scripts/fuzz.sh 20

echo "== tests"
swift test --skip-build --disable-xctest
