#!/bin/sh
# Checks that the examples of docs/table-abi.md compile as C and C++ without warnings and work: one
# publishes, the others read the same values and report whether the publisher runs.
set -eu
cd "$(dirname "$0")/.."
out=.build/table-examples
mkdir -p $out
shared=$(mktemp -d /dev/shm/vitals-examples.XXXXXX)
publisher=
trap '[ -z "$publisher" ] || kill $publisher 2>/dev/null; rm -rf "$shared"' EXIT

fail() { echo "table examples: $1"; exit 1; }
expect() { grep -q -- "$1" "$out/read" || { cat "$out/read"; fail "the reader does not print: $1"; }; }

warnings='-O2 -D_GNU_SOURCE -Wall -Wextra -Werror'
for example in publisher reader; do
  "${CC:-cc}" -std=c11 $warnings -ISources/C/CVitals/include -o $out/table-$example \
    Examples/C/table-$example.c
  "${CXX:-c++}" -x c++ -std=c++17 $warnings -ISources/C/CVitals/include -o $out/table-$example-cxx \
    Examples/C/table-$example.c
done

od -A x -v -t x1 Tests/TableMatrix/expected/rev2.table >$out/bytes
sed -n 's/^    \([0-9a-f]\{6\}\( [0-9a-f][0-9a-f]\)\{16\}\)  .*/\1/p' docs/table-abi.md >$out/documented
[ -s $out/documented ] || fail "docs/table-abi.md has no bytes"
if grep -vxFf $out/bytes $out/documented; then fail "docs/table-abi.md has different bytes"; fi
echo "ok      the bytes of docs/table-abi.md"

publish() { # PROGRAM
  "$1" "$shared" shop &
  publisher=$!
  tries=0
  until [ -s "$shared/shop.table" ] && $out/table-reader "$shared/shop.table" >$out/read &&
    grep -q 'lock is held' $out/read && grep -q 'working (state)' $out/read; do
    tries=$((tries + 1))
    [ $tries -lt 100 ] || fail "nothing was published"
    sleep 0.1
  done
}

publish $out/table-publisher
expect ': live, its lock is held'
expect 'tried .* Done and failed together, in every sample.'
if $out/table-publisher-cxx "$shared" shop 1 2>/dev/null; then fail "the name was claimed twice"; fi
kill $publisher
wait $publisher || fail "the publisher did not end cleanly"
$out/table-reader-cxx "$shared/shop.table" >$out/read
expect ': closed, its lock is not held'
expect 'ending (state)'

# Another publisher gets the name. After SIGKILL its table is not closed, but its lock is released.
publish $out/table-publisher-cxx
kill -KILL $publisher
wait $publisher 2>/dev/null || true
publisher=
$out/table-reader "$shared/shop.table" >$out/read
expect ': live, its lock is not held'
[ -z "$(find "$shared" -name '.*.????????????????')" ] || fail "a temporary file remains"
echo "ok      publisher and reader"

# A truncated table, an empty file and a pipe: one line, and no crash.
cp "$shared/shop.table" "$shared/short.table"
truncate -s 100 "$shared/short.table"
: >"$shared/empty.table"
mkfifo "$shared/pipe.table"
for file in short empty pipe; do
  status=0
  timeout 10 $out/table-reader "$shared/$file.table" >$out/read 2>&1 || status=$?
  [ $status -eq 1 ] || fail "$file.table: exit status $status"
done
echo "ok      reader of invalid files"

if command -v python3 >/dev/null 2>&1 && python3 -c '' 2>/dev/null; then
  for table in Tests/TableMatrix/expected/*.table "$shared/shop.table"; do
    $out/table-reader "$table" | tail -n +2 >$out/c
    python3 Examples/Python/table-reader.py "$table" | tail -n +2 >$out/python
    diff $out/c $out/python || fail "table-reader.py reads $table differently"
  done
  for file in short empty pipe; do
    status=0
    timeout 10 python3 Examples/Python/table-reader.py "$shared/$file.table" >$out/read 2>&1 ||
      status=$?
    [ $status -eq 1 ] || fail "table-reader.py: $file.table: exit status $status"
    if grep -q Traceback $out/read; then fail "table-reader.py: $file.table: traceback"; fi
  done
  echo "ok      table-reader.py"
else
  echo "skipped table-reader.py: no python3"
fi
