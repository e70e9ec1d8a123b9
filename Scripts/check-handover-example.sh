#!/bin/sh
# Compiles the example of docs/handover.md without warnings; the tests run it.
set -eu
cd "$(dirname "$0")/.."
mkdir -p .build
cc -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -o .build/handover-example Examples/C/handover.c
