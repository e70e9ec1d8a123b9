#!/bin/sh
# Runs the tests of concurrent code under ThreadSanitizer: publishers of tables, their readers, and
# trees. Everything is rebuilt in .build/tsan.
#
# ThreadSanitizer does not support fences: with the macro, copies use atomic loads and stores.
set -eu
cd "$(dirname "$0")/.."
out=.build/tsan
mkdir -p $out
# It does not support Swift's Mutex either, which protects the state of blocks; the compiler checks
# its use. With the macro, the tree's lock has operations that ThreadSanitizer recognizes.
echo "race:PublisherCore" >$out/suppressions

export VITALS_SOURCES="${VITALS_SOURCES:-1000}"
export VITALS_ROUNDS="${VITALS_ROUNDS:-2000}"
export TSAN_OPTIONS="halt_on_error=1 suppressions=$PWD/$out/suppressions ${TSAN_OPTIONS:-}"
exec swift test --sanitize=thread --scratch-path $out --disable-xctest \
  -Xcc -DVITALS_THREAD_SANITIZER=1 -Xswiftc -DVITALS_THREAD_SANITIZER \
  --filter 'SharedTableTests\.(ThreadTests|BrokerTests|PublishTests|GrowthTests)|StatsTreeTests\.'
