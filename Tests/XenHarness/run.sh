#!/bin/sh
# run.sh CACHE: boots Xen with what build.sh and pack.sh made, and shows the result of each case.
# Ends with 0 where all passed, 1 where one failed or the machine did not come to an end.
set -eu
cd "$1"
# Half a minute on a machine that does nothing else; with ten others at work on two CPUs the cases
# took five, and the boot one.
limit_seconds=${XEN_LIMIT_SECONDS:-600}
boot_seconds=120

machine=
trap '[ -z "$machine" ] || kill "$machine" 2>/dev/null || true' EXIT
trap 'exit 1' INT TERM

# Sets `status` to QEMU's, or to `stalled` where dom0 comes to no case.
# qemu64,+npt: Xen and dom0 fail with models that have SMAP; without nested paging there is no PVH.
boot() {
  status=0
  timeout "$limit_seconds" qemu-system-x86_64 -accel tcg -machine pc -cpu qemu64,+npt -m 1024 \
    -smp 2 -nic none -nographic -no-reboot -device isa-debug-exit,iobase=0xf4,iosize=0x04 \
    -kernel build/xen \
    -append "com1=115200,8n1 console=com1 dom0_mem=512M,max:512M ${XEN_OPTIONS-}" \
    -initrd "build/vmlinux console=hvc0 panic=1 ${LINUX_OPTIONS-quiet},initramfs.cpio" \
    </dev/null >serial.raw 2>&1 &
  machine=$!
  waited=0
  while kill -0 "$machine" 2>/dev/null && ! grep -q '== cases' serial.raw; do
    if [ $waited -eq $boot_seconds ]; then
      kill "$machine"
      status=stalled
      break
    fi
    sleep 1
    waited=$((waited + 1))
  done
  ended=0
  wait "$machine" || ended=$?
  machine=
  [ "$status" = stalled ] || status=$ended
  tr -d '\r' <serial.raw >serial.log
}

started=$(date +%s)
boot
# Seen once, without +npt and on a busy machine, never in some thirty boots with it: dom0's kernel
# said nothing any more. Nothing of ours had begun, so that is no result.
if [ "$status" = stalled ]; then
  cp serial.log serial.stalled.log
  echo "xen: dom0 did not come up in $boot_seconds s, tried once more"
  boot
fi
seconds=$(($(date +%s) - started))

sed -n '/^== cases/,/^== end/p' serial.log
case $status in
  33) reason= ;;
  35) reason='a case failed' ;;
  124) reason="no end after $limit_seconds s" ;;
  stalled) reason="dom0 did not come up in $boot_seconds s" ;;
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
