#!/bin/sh
# run.sh CACHE VITALS [CASE...]: boots Xen with what build.sh made and the binary VITALS, and shows
# the result of each case, or of those whose names begin with one of CASE. Ends with 0 where all
# passed, 1 where one failed or the machine did not come to an end.
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
# Half a minute on a machine that does nothing else; a minute and a half was seen on a busy one.
limit_seconds=${XEN_LIMIT_SECONDS:-300}

rm -rf "$tree"
mkdir -p "$tree/bin" "$tree/dev" "$tree/proc" "$tree/sys" "$tree/var" "$tree/lib/modules" \
  "$tree/lib/x86_64-linux-gnu" "$tree/lib64" "$tree/harness"
cp "$root/bin/busybox" "$tree/bin/"
ln -s busybox "$tree/bin/sh"
cp "$build/qexit" "$build/domains" "$vitals" "$root/usr/lib/xen-4.17/bin/xenstored" \
  "$root/usr/lib/xen-4.17/bin/test-resource" "$root/usr/bin/xenstore" "$root/usr/bin/strace" \
  "$tree/bin/"
# One program that goes by its name.
for name in read write list ls rm exists watch; do ln -s xenstore "$tree/bin/xenstore-$name"; done
for module in xen-privcmd xen-evtchn xen-gntdev xen-gntalloc xenfs; do
  find "$root/lib/modules" -name $module.ko -exec cp {} "$tree/lib/modules/" \;
done
# What the programs are linked to, and what vitals asks for while it runs. All lie where the loader
# looks anyway.
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
# All of it is copied into the guest's memory.
strip "$tree/bin/vitals" "$tree"/lib/x86_64-linux-gnu/* 2>/dev/null || true
cp "$here/init" "$tree/init"
chmod 755 "$tree/init"
cp -r "$here/cases.sh" "$here/words.sh" "$build/guest.elf" "$tree/harness/"
mkdir "$tree/harness/cases"
for name in "${@:-}"; do cp "$here/cases/$name"*.sh "$tree/harness/cases/"; done
(cd "$tree" && find . | "$root/bin/cpio" --create --format=newc --quiet) >initramfs.cpio

# qemu64,+npt: Xen and dom0 fail with models that have SMAP; without nested paging there is no PVH.
started=$(date +%s)
status=0
timeout "$limit_seconds" qemu-system-x86_64 -accel tcg -machine pc -cpu qemu64,+npt -m 1024 -smp 2 \
  -nic none -nographic -no-reboot -device isa-debug-exit,iobase=0xf4,iosize=0x04 \
  -kernel "$build/xen" \
  -append "com1=115200,8n1 console=com1 dom0_mem=512M,max:512M ${XEN_OPTIONS-}" \
  -initrd "$build/vmlinux console=hvc0 panic=1 ${LINUX_OPTIONS-quiet},initramfs.cpio" \
  </dev/null >serial.raw 2>&1 || status=$?
tr -d '\r' <serial.raw >serial.log
seconds=$(($(date +%s) - started))

sed -n '/^== cases/,/^== end/p' serial.log
case $status in
  33) reason= ;;
  35) reason='a case failed' ;;
  124) reason="no end after $limit_seconds s" ;;
  1) reason='QEMU itself failed' ;;
  *) reason="the machine stopped without a result (QEMU ended with $status)" ;;
esac
# The status alone could come from a machine that ran nothing.
if [ -z "$reason" ] && ! grep -q '== end: [1-9][0-9]* ok, 0 failed, ' serial.log; then
  reason='the cases have no end'
fi
if [ -n "$reason" ]; then
  grep -q '== end' serial.log || tail -40 serial.log
  echo "xen: $reason; the whole log is $PWD/serial.log"
  exit 1
fi
echo "xen: $seconds s"
