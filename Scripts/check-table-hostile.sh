#!/bin/sh
# Checks that the C reader survives damaged tables and returns no torn sample. TABLE_MUTATIONS and
# TABLE_SAMPLES set the numbers of tables and samples.
set -eu
cd "$(dirname "$0")/.."
tests=Tests/TableMatrix
out=.build/table-hostile
mutations=${TABLE_MUTATIONS:-200000}
samples=${TABLE_SAMPLES:-3000000}
mkdir -p $out

echo "== $mutations damaged tables, under sanitizers"
hostile() { # NAME READER
  "${CC:-cc}" -std=c11 -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all \
    -Wall -Wextra -Werror -D_GNU_SOURCE -DREVISION=2 "-DREADER=\"$2\"" -ISources/C/CVitals/include \
    -o "$out/hostile-$1" $tests/hostile.c -pthread
  for revision in rev1 rev2 future; do
    echo "$1, damaged $revision:"
    "$out/hostile-$1" "$tests/expected/$revision.table" "$mutations" 1
  done
  echo "$1, damaged during reads:"
  "$out/hostile-$1" "$tests/expected/rev2.table" $((mutations / 4)) 1 --live
}
hostile reader reader.c
if [ -f Examples/C/table-reader.c ]; then hostile example ../../Examples/C/table-reader.c; fi

echo "== $samples samples of a table that is updated at full speed"
for include in $tests/revision1 Sources/C/CVitals/include; do
  case $include in $tests/revision1) revision=1 ;; *) revision=2 ;; esac
  for role in publisher reader; do
    "${CC:-cc}" -std=c11 -O2 -Wall -Wextra -Werror -D_GNU_SOURCE -DREVISION=$revision \
      -I$include -o $out/$role-$revision $tests/$role.c
  done
done
table=$(mktemp /dev/shm/vitals-torn.XXXXXX)
publisher_pid=
trap 'rm -f "$table"; [ -z "$publisher_pid" ] || kill $publisher_pid' EXIT
for publisher in 1 2; do
  : >$out/output
  $out/publisher-$publisher "$table" --hold >$out/output &
  publisher_pid=$!
  until [ -s $out/output ]; do sleep 0.1; done
  for reader in 1 2; do
    echo "publisher $publisher, reader $reader:"
    timeout 120 $out/reader-$reader "$table" --invariant "$samples"
  done
  kill $publisher_pid
  wait $publisher_pid 2>/dev/null || true
  publisher_pid=
done
