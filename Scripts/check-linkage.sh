#!/bin/sh
# Checks that a program does not link Foundation, which costs 50 MB and 2.5 ms per start.
set -eu
if ldd "$1" | grep -E 'libFoundation\.so|lib_FoundationICU|libFoundationInternationalization|libFoundationNetworking'; then
  echo "$1 links Foundation" >&2
  exit 1
fi
ldd "$1" | grep -q libswiftCore || { echo "$1: ldd shows no Swift library" >&2; exit 1; }
echo "$1 does not link Foundation"
