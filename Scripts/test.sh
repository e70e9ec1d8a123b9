#!/bin/sh
# Everything that must hold; the last line counts the tests.
set -eu
cd "$(dirname "$0")/.."

echo "== lint"
swift format lint --strict --parallel -r Sources Tests Benchmarks Fuzz docs Package.swift

echo "== C"
# The shims are compiled by the toolchain's own compiler only: their header says what is null.
clang -std=gnu11 -Wall -Wextra -Werror -fsyntax-only -ISources/C/CLinux/include \
  Sources/C/CLinux/*.c
Scripts/check-handover-example.sh
# A test compiles and runs it.
cc -std=c11 -Wall -Wextra -Werror -Wpedantic -Wconversion -fsyntax-only Tests/Fixtures/KVMReader/reader.c

echo "== the table's header, its revisions and its examples"
Scripts/check-table-header.sh
# The tests run these programs, too.
Scripts/check-table-matrix.sh
Scripts/check-table-examples.sh
# A twentieth of what it is run with by hand.
TABLE_MUTATIONS=10000 TABLE_SAMPLES=200000 Scripts/check-table-hostile.sh

echo "== unsafe code stays in its rooms"
Scripts/check-unsafe.sh

echo "== build"
swift build --build-tests
swift build -c release --product vitals

echo "== linkage"
Scripts/check-linkage.sh .build/release/vitals

echo "== xen"
Scripts/test-xen.sh .build/release/vitals

echo "== fuzz"
Scripts/fuzz.sh 20

echo "== tests"
swift test --skip-build --disable-xctest
