#!/bin/sh
# run.sh CACHE: boots Xen with the output of build.sh and pack.sh, and shows the result of each
# case. Exits with 0 if all cases passed, with 1 if a case failed or the run did not end.
set -eu
cd "$1"
# On an idle host a run takes half a minute. With ten other runs on two CPUs, the cases took five
# minutes and the boot one.
limit_seconds=${XEN_LIMIT_SECONDS:-600}
boot_seconds=120

qemu=
trap '[ -z "$qemu" ] || kill "$qemu" 2>/dev/null || true' EXIT
trap 'exit 1' INT TERM

# Sets `status` to the status of QEMU, or to `stalled` if dom0 does not start the cases.
# qemu64,+npt: Xen and dom0 fail with models that have SMAP; without nested paging there is no PVH.
boot() {
  status=0
  timeout "$limit_seconds" qemu-system-x86_64 -accel tcg -machine pc -cpu qemu64,+npt -m 1024 \
    -smp 2 -nic none -nographic -no-reboot -device isa-debug-exit,iobase=0xf4,iosize=0x04 \
    -kernel build/xen \
    -append "com1=115200,8n1 console=com1 dom0_mem=512M,max:512M ${XEN_OPTIONS-}" \
    -initrd "build/vmlinux console=hvc0 panic=1 ${LINUX_OPTIONS-quiet},initramfs.cpio" \
    </dev/null >serial.raw 2>&1 &
  qemu=$!
  waited=0
  while kill -0 "$qemu" 2>/dev/null && ! grep -q '== cases' serial.raw; do
    if [ $waited -eq $boot_seconds ]; then
      kill "$qemu"
      status=stalled
      break
    fi
    sleep 1
    waited=$((waited + 1))
  done
  ended=0
  wait "$qemu" || ended=$?
  qemu=
  [ "$status" = stalled ] || status=$ended
  tr -d '\r' <serial.raw >serial.log
}

started=$(date +%s)
boot
# Observed once, without +npt and on a busy host, never in about thirty boots with it: the output of
# dom0's kernel stopped. No case had started, so that this is not a result.
if [ "$status" = stalled ]; then
  cp serial.log serial.stalled.log
  echo "xen: dom0 did not boot in $boot_seconds s; trying once more"
  boot
fi
seconds=$(($(date +%s) - started))

sed -n '/^== cases/,/^== end/p' serial.log
case $status in
  33) reason= ;;
  35) reason='a case failed' ;;
  124) reason="timeout after $limit_seconds s" ;;
  stalled) reason="dom0 did not boot in $boot_seconds s" ;;
  1) reason='QEMU itself failed' ;;
  *) reason="Xen or dom0 stopped without a result (exit status of QEMU: $status)" ;;
esac
# The status alone could come from a run without cases.
if [ -z "$reason" ] && ! grep -q '== end: [1-9][0-9]* ok, 0 failed, ' serial.log; then
  reason='the cases did not end'
fi
if [ -n "$reason" ]; then
  grep -q '== end' serial.log || tail -40 serial.log
  echo "xen: $reason (see $PWD/serial.log)"
  exit 1
fi
echo "xen: $seconds s"
