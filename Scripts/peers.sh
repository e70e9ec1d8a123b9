#!/bin/sh
# Measures how long PCP and Varnish take to read 1,000 values of another process. A line is
#   NAME MINIMUM MEDIAN VALUES     nanoseconds for 1,000 values, and the number of values read
#   NAME skipped|failed REASON
# The lines `pcp` and `varnish` are the ones to compare with.
#
# The packages are unpacked below .build and not installed: the installation of Debian's pcp enables
# four daemons and starts two, despite policy-rc.d.
set -eu
cd "$(dirname "$0")/.."
build=$PWD/.build/peers
sources=$PWD/Benchmarks/Peers
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# Downloads packages and their missing dependencies to a directory; does not need root.
download() {
  into=$1
  shift
  mkdir -p "$into/partial"
  apt-get install --download-only --reinstall -y -qq --no-install-recommends \
    -o Debug::NoLocking=1 -o Dir::Cache::archives="$into" "$@" >&2
}

# Updates the package lists, which may be old or missing; needs root.
update() {
  if [ "$(id -u)" -eq 0 ]; then sudo=; else sudo='sudo -n'; fi
  $sudo apt-get update -qq >&2
}

# Sets $root to the directory of a peer's packages, and unpacks them if it does not exist.
unpack() {
  root=$build/$1
  shift
  [ ! -d "$root" ] || return 0
  command -v apt-get >/dev/null && command -v dpkg >/dev/null || return 1
  # Include libraries that are installed already: the linker needs all of them in one directory.
  libraries=$(apt-cache depends "$@" 2>/dev/null |
    awk '$1 ~ /Depends:$/ && $2 ~ /^lib(pcp|varnish|jemalloc)/ { print $2 }' | sort -u)
  rm -rf "$root.new" "$root.packages"
  download "$root.packages" "$@" $libraries ||
    { update && download "$root.packages" "$@" $libraries; } || return 1
  mkdir -p "$root.new"
  for package in "$root.packages"/*.deb; do
    dpkg -x "$package" "$root.new" || return 1
  done
  rm -rf "$root.packages"
  mv "$root.new" "$root"
}

# Prints the directories of the libraries, separated by colons.
libraries() {
  find "$root/usr/lib" -name '*.so*' -exec dirname {} + | sort -u |
    grep -E '/usr/lib(/[^/]*-linux-[^/]*(/varnish)?)?$' | paste -s -d : -
}

# Compiles a program with the unpacked libraries: compile NAME INCLUDES LIBRARIES...
compile() {
  name=$1
  includes=$root/usr/include$2
  shift 2
  path=$(libraries)
  # Words: this does not work in a directory with a space in its path.
  for directory in $(echo "$path" | tr : ' '); do set -- "-L$directory" "$@"; done
  cc -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -isystem "$includes" \
    -o "$build/$name" "$sources/$name.c" "$@" "-Wl,-rpath-link,$path"
}

# Runs a program with the unpacked libraries; prints its lines, or a `failed` line with the reason.
measure() {
  name=$1
  shift
  if LD_LIBRARY_PATH=$(libraries) "$@" >"$work/$name.out" 2>"$work/$name.err"; then
    cat "$work/$name.out"
  else
    cat "$work/$name.err" >&2
    # The first line of the program; later lines come from the end of its server.
    echo "$name failed $(grep -m 1 "^$name-" "$work/$name.err" || tail -n 1 "$work/$name.err")"
  fi
}

measure_pcp() {
  unpack pcp pcp pcp-conf libpcp3-dev libpcp-mmv1-dev ||
    { echo "pcp skipped not available with apt"; return; }
  compile pcp-fetch '' -lpcp_mmv -lpcp || { echo "pcp failed compilation failed"; return; }
  # The library reads all paths from one file; it writes to a directory of this run.
  sed "s|=/|=$root/|" "$root/etc/pcp.conf" >"$work/pcp.conf"
  mkdir -p "$work/pcp/mmv"
  export PCP_CONF="$work/pcp.conf" PCP_TMP_DIR="$work/pcp"
  measure pcp "$build/pcp-fetch" "$root/usr/lib/pcp/pmdas/mmv/pmda_mmv.so"
}

measure_varnish() {
  unpack varnish varnish libvarnishapi-dev ||
    { echo "varnish skipped not available with apt"; return; }
  compile varnish-iter /varnish -lvarnishapi || { echo "varnish failed compilation failed"; return; }
  # The server has about 330 values, and 20 for each backend that the configuration uses.
  {
    echo 'vcl 4.1;'
    for backend in $(seq 36); do
      echo "backend b$backend { .host = \"127.0.0.1\"; .port = \"9\"; }"
    done
    echo 'sub vcl_recv {'
    for backend in $(seq 36); do echo "set req.backend_hint = b$backend;"; done
    echo '}'
  } >"$work/backends.vcl"
  # A socket in the directory and no TCP port; few threads, because there are no requests.
  measure varnish "$build/varnish-iter" "$work/varnish" 1000 "$root/usr/sbin/varnishd" \
    -F -j none -n "$work/varnish" -a "$work/socket" -T none -s malloc,8m \
    -p thread_pools=1 -p thread_pool_min=5 -f "$work/backends.vcl"
}

mkdir -p "$build"
if command -v cc >/dev/null; then
  measure_pcp
  measure_varnish
else
  echo "pcp skipped no cc"
  echo "varnish skipped no cc"
fi
