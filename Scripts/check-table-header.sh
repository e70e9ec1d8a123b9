#!/bin/sh
# Checks that the table's header compiles alone, without warnings, as C11 and C++17, with the
# installed compilers, and that its reader reads the output of its publisher at each optimization
# level.
set -eu
cd "$(dirname "$0")/.."
out=.build/table-header
mkdir -p $out
printf '#include "vitals_table.h"\n#include "vitals_table.h"\n' >$out/alone.c
warnings='-Wall -Wextra -Werror -Wpedantic -Wconversion -Wshadow -Wcast-align'
tried=0

check() { # LANGUAGE STANDARD COMPILER
  command -v "$3" >/dev/null 2>&1 || return 0
  tried=$((tried + 1))
  "$3" -x "$1" -std="$2" $warnings -Wno-unused-function -ISources/C/CVitals/include \
    -fsyntax-only $out/alone.c
  for level in 0 2 3; do
    "$3" -x "$1" -std="$2" $warnings -O$level -ISources/C/CVitals/include -o $out/roundtrip \
      Tests/TableMatrix/roundtrip.c
    $out/roundtrip
  done
  echo "ok      $2 $3"
}
for compiler in gcc clang; do check c c11 $compiler; done
for compiler in g++ clang++; do check c++ c++17 $compiler; done
[ $tried -gt 0 ] || { echo "table: no compiler found"; exit 1; }
