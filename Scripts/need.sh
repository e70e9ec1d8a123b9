#!/bin/sh
# Installs missing commands with apt: need.sh COMMAND...
set -eu
packages=
for command in "$@"; do
  command -v "$command" >/dev/null 2>&1 && continue
  case $command in
    cc) package=gcc ;;
    c++) package=g++ ;;
    qemu-system-x86_64) package=qemu-system-x86 ;;
    promtool) package=prometheus ;;
    fusermount3) package=fuse3 ;;
    xz) package=xz-utils ;;
    *) package=$command ;;
  esac
  packages="$packages $package"
done
[ -n "$packages" ] || exit 0
echo "Installing missing packages with apt:$packages"
if [ "$(id -u)" -eq 0 ]; then sudo=; else sudo=sudo; fi
$sudo apt-get update -qq
# Only the tools of Prometheus are needed, not its server.
$sudo apt-get install -y -qq --no-install-recommends $packages >/dev/null
