#!/bin/sh
# pack.sh CACHE VITALS [CASE...]: builds dom0's initramfs from the output of build.sh, the binary
# VITALS and the cases: all, or those whose names begin with one of CASE.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
vitals=$(cd "$(dirname "$2")" && pwd)/$(basename "$2")
cache=$1
shift 2
cd "$cache"
root=$PWD/root
build=$PWD/build
tree=$PWD/initramfs
libraries=$root/usr/lib/x86_64-linux-gnu:$root/lib/x86_64-linux-gnu

rm -rf "$tree"
mkdir -p "$tree/bin" "$tree/dev" "$tree/proc" "$tree/sys" "$tree/var" "$tree/lib/modules" \
  "$tree/lib/x86_64-linux-gnu" "$tree/lib64" "$tree/harness"
cp "$root/bin/busybox" "$tree/bin/"
ln -s busybox "$tree/bin/sh"
cp "$build/qexit" "$build/domains" "$vitals" "$root/usr/lib/xen-4.17/bin/xenstored" \
  "$root/usr/lib/xen-4.17/bin/test-resource" "$root/usr/bin/xenstore" "$root/usr/bin/strace" \
  "$tree/bin/"
# The program selects its function by its name.
for name in read write list ls rm exists watch; do ln -s xenstore "$tree/bin/xenstore-$name"; done
for module in xen-privcmd xen-evtchn xen-gntdev xen-gntalloc xenfs; do
  find "$root/lib/modules" -name $module.ko -exec cp {} "$tree/lib/modules/" \;
done
# The libraries of the programs, and the library that vitals loads at run time. All are in standard
# directories of the loader.
for program in "$tree/bin/domains" "$tree/bin/vitals" "$tree/bin/xenstored" "$tree/bin/xenstore" \
  "$tree/bin/test-resource" "$tree/bin/strace" \
  "$root/usr/lib/x86_64-linux-gnu/libxenctrl.so.4.17"; do
  LD_LIBRARY_PATH=$libraries ldd "$program"
done >libraries.txt
if grep 'not found' libraries.txt; then
  echo "xen: a library is missing" >&2
  exit 1
fi
awk '$2 == "=>" { print $3 } $1 ~ "^/" { print $1 }' libraries.txt | sort -u |
  while read -r library; do cp -L "$library" "$tree/lib/x86_64-linux-gnu/"; done
cp -L "$root/usr/lib/x86_64-linux-gnu/libxenctrl.so.4.17" "$tree/lib/x86_64-linux-gnu/"
mv "$tree"/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 "$tree/lib64/"
# The initramfs is copied to the guest's memory: make it small.
strip "$tree/bin/vitals" "$tree"/lib/x86_64-linux-gnu/* 2>/dev/null || true
cp "$here/init" "$tree/init"
chmod 755 "$tree/init"
cp -r "$here/cases.sh" "$here/words.sh" "$build/guest.elf" "$tree/harness/"
mkdir "$tree/harness/cases"
for name in "${@:-}"; do cp "$here/cases/$name"*.sh "$tree/harness/cases/"; done
(cd "$tree" && find . | "$root/bin/cpio" --create --format=newc --quiet) >initramfs.cpio
