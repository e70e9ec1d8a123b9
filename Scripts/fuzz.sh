#!/bin/sh
# Fuzzes the parsers of foreign bytes: Scripts/fuzz.sh [SECONDS] [TARGET]
#
# Targets: kvm (files of KVM statistics), types (a kernel's types), table (shared tables), fuse
# (requests of the kernel), rrdd (files of xcp-rrdd plugins) and rules (conditions and rules files).
# All targets share the seconds. Fails if a target crashes, hangs or exceeds the memory limit; the
# input remains in .build/fuzz.
set -eu

cd "$(dirname "$0")/.."
seconds=${1:-20}
only=${2:-}
out=.build/fuzz
rm -rf "$out/modules"
for name in corpus table-corpus table-seeds fuse-corpus types-corpus rrdd-corpus rules-corpus \
  rules-seeds modules; do
  mkdir -p "$out/$name"
done
if [ -z "$only" ]; then seconds=$(((seconds + 5) / 6)); fi

# Swift's crash report would prevent libFuzzer from saving the input.
export SWIFT_BACKTRACE=enable=no
swift_options="-O -parse-as-library -sanitize=fuzzer -swift-version 6 -strict-memory-safety -package-name vitals"

# run PROGRAM MAXIMUM_LENGTH CORPUS SEEDS: stores new inputs in the corpus; only reads the seeds.
run() {
  "$out/$1" -max_total_time="$seconds" -max_len="$2" -timeout=5 -rss_limit_mb=1024 \
    -artifact_prefix="$out/" -print_final_stats=1 -verbosity=1 "$3" "$4"
}

fuzz_kvm() {
  # shellcheck disable=SC2046,SC2086 # paths without spaces
  swiftc $swift_options -module-name KVMFormatFuzz -o "$out/kvm-format" \
    $(find Sources/Core/Statistics -name '*.swift') Fuzz/KVMFormatFuzz.swift
  run kvm-format 8192 "$out/corpus" Fuzz/Corpus
}

# module NAME: compiles the target NAME as a module.
module() {
  # shellcheck disable=SC2046,SC2086
  swiftc $swift_options -wmo -module-name "$1" -I "$out/modules" \
    -enable-upcoming-feature InternalImportsByDefault -enable-experimental-feature Lifetimes \
    -emit-module -emit-module-path "$out/modules/$1.swiftmodule" \
    -emit-object -o "$out/modules/$1.o" $(find Sources/*/"$1" -name '*.swift')
}

# modules: compiles, once, the modules that the fuzz targets import.
modules() {
  if [ -n "${has_modules:-}" ]; then return; fi
  has_modules=yes
  for name in CLinux CVitals CVitalsData; do
    mkdir -p "$out/modules/$name"
    {
      echo "module $name {"
      for header in Sources/C/"$name"/include/*.h; do echo "  header \"$PWD/$header\""; done
      echo "  export *"
      echo "}"
    } >"$out/modules/$name/module.modulemap"
  done
  for file in Sources/C/*/*.c; do
    clang -std=gnu11 -O1 -fsanitize=fuzzer-no-link -I"$(dirname "$file")/include" \
      -c -o "$out/modules/$(basename "$file" .c).o" "$file"
  done
  swift_options="$swift_options -I $out/modules/CLinux -I $out/modules/CVitals -I $out/modules/CVitalsData"
  for name in Statistics StatsChecks StatsKnowledge LinuxSystem SharedTable StatsTree; do module "$name"; done
}

fuzz_table() {
  modules
  # shellcheck disable=SC2086
  swiftc $swift_options -module-name TableFuzz -I "$out/modules" \
    -o "$out/table" Fuzz/TableFuzz.swift "$out"/modules/*.o
  cp Tests/TableMatrix/expected/*.table "$out/table-seeds/"
  run table 16384 "$out/table-corpus" "$out/table-seeds"
}

fuzz_fuse() {
  modules
  # shellcheck disable=SC2046,SC2086
  swiftc $swift_options -module-name FuseFuzz -I "$out/modules" \
    -enable-upcoming-feature InternalImportsByDefault -enable-experimental-feature Lifetimes \
    -o "$out/fuse" $(find Sources/Formats/FUSE -name '*.swift') \
    Fuzz/FuseFuzz.swift "$out"/modules/*.o
  run fuse 8192 "$out/fuse-corpus" "$out/fuse-corpus"
}

fuzz_types() {
  modules
  # shellcheck disable=SC2046,SC2086
  swiftc $swift_options -module-name KernelTypesFuzz -I "$out/modules" \
    -enable-upcoming-feature InternalImportsByDefault \
    -o "$out/types" $(find Sources/Inputs/KVMKernelReader/Types -name '*.swift') Fuzz/KernelTypesFuzz.swift \
    "$out"/modules/*.o
  run types 4096 "$out/types-corpus" Fuzz/TypesCorpus
}

fuzz_rules() {
  modules
  # shellcheck disable=SC2046,SC2086
  swiftc $swift_options -module-name RulesFuzz -I "$out/modules" \
    -enable-upcoming-feature InternalImportsByDefault \
    -o "$out/rules" $(find Sources/Views/StatsRules -name '*.swift') \
    Fuzz/RulesFuzz.swift "$out"/modules/*.o
  cp Sources/C/CVitalsData/doctor.rules "$out/rules-seeds/"
  sed -n 's/^when: //p' Sources/C/CVitalsData/doctor.rules |
    split -l 1 - "$out/rules-seeds/when-"
  run rules 4096 "$out/rules-corpus" "$out/rules-seeds"
}

fuzz_rrdd() {
  mkdir -p "$out/rrdd-modules"
  # shellcheck disable=SC2046,SC2086
  swiftc $swift_options -wmo -module-name StrictJSON -emit-module \
    -emit-module-path "$out/rrdd-modules/StrictJSON.swiftmodule" -emit-object \
    -o "$out/rrdd-modules/StrictJSON.o" $(find Sources/Formats/StrictJSON -name '*.swift')
  # shellcheck disable=SC2046,SC2086
  swiftc $swift_options -module-name RRDFuzz -I "$out/rrdd-modules" \
    -enable-upcoming-feature InternalImportsByDefault -o "$out/rrdd" \
    $(find Sources/Formats/RRDFormat -name '*.swift') Fuzz/RRDFuzz.swift "$out/rrdd-modules/StrictJSON.o"
  run rrdd 4096 "$out/rrdd-corpus" Fuzz/RRDCorpus
}

case $only in
  "") fuzz_kvm && fuzz_types && fuzz_table && fuzz_fuse && fuzz_rrdd && fuzz_rules ;;
  kvm) fuzz_kvm ;;
  types) fuzz_types ;;
  table) fuzz_table ;;
  fuse) fuzz_fuse ;;
  rrdd) fuzz_rrdd ;;
  rules) fuzz_rules ;;
  *) echo "fuzz.sh [SECONDS] [kvm | types | table | fuse | rrdd | rules]" >&2; exit 2 ;;
esac
