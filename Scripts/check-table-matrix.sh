#!/bin/sh
# Runs every publisher of the table with every reader: each revision, the current header, the same
# as C++, and a simulated future revision. `write` stores the output as the expected one.
set -eu
cd "$(dirname "$0")/.."
tests=Tests/TableMatrix
out=.build/table-matrix
mode=${1:-check}
mkdir -p "$out/current" "$out/future"
failed=0

# Declarations are frozen, comments are not: the preprocessor removes them.
layout() {
  sed -n '/MARK: Constants/,/MARK: Words/p' "$1" | "${CC:-cc}" -fpreprocessed -dD -E -P -x c -
}
layout Sources/C/CVitals/include/vitals_table.h >"$out/layout-current"
layout $tests/revision2/vitals_table.h >"$out/layout-newest"
if ! diff "$out/layout-newest" "$out/layout-current"; then
  echo "table: the layout differs from the newest frozen revision (append, and freeze a new revision)"
  failed=1
fi

cp Sources/C/CVitals/include/vitals_table.h "$out/current/"
sed -f $tests/future.sed Sources/C/CVitals/include/vitals_table.h >"$out/future/vitals_table.h"

# build NAME REVISION INCLUDE COMPILER..
build() {
  name=$1 revision=$2 include=$3
  shift 3
  for role in publisher reader; do
    "$@" -O2 -Wall -Wextra -Werror -D_GNU_SOURCE -DREVISION="$revision" -I"$include" \
      -o "$out/$role-$name" -x "$language" $tests/$role.c
  done
}
language=c
build rev1 1 $tests/revision1 "${CC:-cc}" -std=c11
build rev2 2 $tests/revision2 "${CC:-cc}" -std=c11
build current 2 "$out/current" "${CC:-cc}" -std=c11
build future 3 "$out/future" "${CC:-cc}" -std=c11
language=c++
build cxx 2 "$out/current" "${CXX:-c++}" -std=c++17

shared=$(mktemp -d /dev/shm/vitals-matrix.XXXXXX)
trap 'rm -rf "$shared"' EXIT

golden() { # REVISION: prints the revision that has the expected files
  case $1 in current | cxx) echo rev2 ;; *) echo "$1" ;; esac
}
same() { # NAME ACTUAL EXPECTED
  if [ "$mode" = write ]; then cp "$2" "$3"; fi
  if cmp -s "$2" "$3"; then
    echo "ok      $1"
  else
    echo "differs $1"
    diff -a "$3" "$2" | head -20 || true
    failed=1
  fi
}

for publisher in rev1 rev2 current cxx future; do
  "$out/publisher-$publisher" "$shared/$publisher.table"
  same "publisher $publisher, its bytes" "$shared/$publisher.table" \
    "$tests/expected/$(golden $publisher).table"
  for reader in rev1 rev2 current cxx future; do
    "$out/reader-$reader" "$shared/$publisher.table" >"$shared/read" || echo "exit status $?" \
      >>"$shared/read"
    same "publisher $publisher, reader $reader" "$shared/read" \
      "$tests/expected/$(golden $publisher)-read-by-$(golden $reader).txt"
  done
done
exit $failed
