#!/bin/sh
# Runs the table's tests under ThreadSanitizer: a publisher and its readers in threads of one
# process. It has a build of its own in .build/tsan, since all that is linked has to be rebuilt.
#
# ThreadSanitizer knows no fences: with the macro the copies are made of atomic loads and stores.
set -eu
cd "$(dirname "$0")/.."
filter='StatsTableTests\.(ThreadTests|BrokerTests|PublishTests|GrowthTests)'
export VITALS_SOURCES="${VITALS_SOURCES:-1000}"
TSAN_OPTIONS="halt_on_error=1 ${TSAN_OPTIONS:-}" exec swift test --sanitize=thread \
  --scratch-path .build/tsan --disable-xctest \
  -Xcc -DVITALS_THREAD_SANITIZER=1 -Xswiftc -DVITALS_THREAD_SANITIZER --filter "$filter"
