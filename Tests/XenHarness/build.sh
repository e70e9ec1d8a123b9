#!/bin/sh
# build.sh CACHE: unpacks the images of Xen and the kernel from the packages of fetch.sh, and
# compiles the guest and the programs.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$1"
root=$PWD/root
out=$PWD/build
libraries=$root/usr/lib/x86_64-linux-gnu:$root/lib/x86_64-linux-gnu
rm -rf "$out"
mkdir -p "$out"

# QEMU's multiboot loader requires the ELF file.
gunzip -c "$root/boot/xen-4.17-amd64.gz" >"$out/xen"

# Decompressing the kernel takes seconds under emulation, so Xen gets the ELF file inside vmlinuz.
# By the x86 boot protocol, the payload follows the setup sectors; its offset and length are at
# 0x248 and 0x24c.
vmlinuz=$(ls "$root"/boot/vmlinuz-*)
number() { # OFFSET BYTES
  od -An -tu"$2" -j"$1" -N"$2" "$vmlinuz" | tr -d ' '
}
sectors=$(number 497 1)
[ "$sectors" -ne 0 ] || sectors=4
start=$(((sectors + 1) * 512 + $(number 584 4)))
# Four bytes with the unpacked size follow the xz stream.
tail -c +$((start + 1)) "$vmlinuz" | head -c $(($(number 588 4) - 4)) | xz -dc >"$out/vmlinux"

warnings='-Wall -Wextra -Werror'
cc -O2 -std=c11 $warnings -static -o "$out/qexit" "$here/programs/qexit.c"
# Debian has no complete static libxenguest, so the program is linked dynamically. Xen's headers
# require GNU C.
cc -O2 -std=gnu11 -D_GNU_SOURCE $warnings -isystem "$root/usr/include" -o "$out/domains" \
  "$here"/programs/domains/*.c -I"$here/guest" \
  -L"$root/usr/lib/x86_64-linux-gnu" -Wl,-rpath-link,"$libraries" \
  -l:libxenguest.so.4.17 -l:libxenctrl.so.4.17 -l:libxenforeignmemory.so.1 \
  -l:libxendevicemodel.so.1 -l:libxenevtchn.so.1 -l:libxenstore.so.4 -l:libxentoollog.so.1
# No library, no startup files, and no instructions that need set-up in a paravirtualized guest.
cc -O2 -std=c11 $warnings -isystem "$root/usr/include" -D__XEN_INTERFACE_VERSION__=0x00040d00 \
  -ffreestanding -fno-stack-protector -fno-pic -fno-pie -no-pie -mno-red-zone -mno-sse -mno-mmx \
  -fcf-protection=none -fno-asynchronous-unwind-tables -nostdlib -static \
  -Wl,--build-id=none,-z,noexecstack,-z,norelro,--no-warn-rwx-segments,-T,"$here/guest/guest.ld" \
  -o "$out/guest.elf" "$here/guest/guest.c" "$here/guest/start.S"
echo "build: $(wc -c <"$out/xen") bytes of Xen, $(wc -c <"$out/vmlinux") of kernel"
