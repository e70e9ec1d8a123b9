#!/bin/sh
# Runs under ThreadSanitizer the tests of what several threads use at once: publishers of tables and
# their readers, and trees. It has a build of its own in .build/tsan, since all that is linked has to
# be rebuilt.
#
# ThreadSanitizer knows no fences: with the macro the copies are made of atomic loads and stores.
set -eu
cd "$(dirname "$0")/.."
out=.build/tsan
mkdir -p $out
# Nor does it know Swift's Mutex, which keeps the blocks' state: the compiler checks its use. The
# tree's lock has something for it to see with the macro.
echo "race:PublisherCore" >$out/suppressions

export VITALS_SOURCES="${VITALS_SOURCES:-1000}"
export VITALS_ROUNDS="${VITALS_ROUNDS:-2000}"
export TSAN_OPTIONS="halt_on_error=1 suppressions=$PWD/$out/suppressions ${TSAN_OPTIONS:-}"
exec swift test --sanitize=thread --scratch-path $out --disable-xctest \
  -Xcc -DVITALS_THREAD_SANITIZER=1 -Xswiftc -DVITALS_THREAD_SANITIZER \
  --filter 'SharedTableTests\.(ThreadTests|BrokerTests|PublishTests|GrowthTests)|StatsTreeTests\.'
