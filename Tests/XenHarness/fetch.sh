#!/bin/sh
# fetch.sh CACHE: downloads the packages and unpacks them into CACHE/root. The next run verifies a
# stamp with the checksums of all files and does nothing. Exits with 77 if the packages are
# unavailable.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
cd "$1"

# The cache is complete and was made from the same list.
if [ -f stamp ] && sha256sum --check --status stamp &&
  cat "$here/packages" "$here/fetch.sh" | cmp -s - request; then
  echo "fetch: $(wc -l <stamp) files are in the cache"
  exit 0
fi

unavailable() {
  echo "fetch: $*" >&2
  exit 77
}
for command in apt-get apt-cache dpkg-deb; do
  command -v $command >/dev/null 2>&1 || unavailable "no $command on this host"
done

rm -rf stamp request root packages.new
mkdir root packages.new

names() {
  grep -v '^#' "$here/packages" | while read -r name; do
    if [ "$name" = linux-image-amd64 ]; then
      name=$(apt-cache depends "$name" 2>/dev/null |
        awk '/Depends: linux-image-/ { print $2; exit }')
      if [ -z "$name" ]; then
        echo "E: apt knows no linux-image-amd64" >download.log
        return 1
      fi
    fi
    echo "$name"
  done
}
download() {
  wanted=$(names) || return 1
  # Limit the time of a mirror that does not answer.
  (cd packages.new && timeout 240 apt-get download -q -o APT::Sandbox::User=root \
    -o Acquire::Retries=2 -o Acquire::http::Timeout=30 $wanted) >download.log 2>&1
}
if ! download; then
  # The package lists may be old or missing.
  if [ "$(id -u)" -eq 0 ]; then sudo=; else sudo='sudo -n'; fi
  timeout 120 $sudo apt-get update -qq >update.log 2>&1 || true
  download || unavailable "cannot download a package: $(grep '^E:' download.log | head -1)"
fi

for package in packages.new/*.deb; do
  case $package in
    # Only the kernel and its Xen drivers are needed of 400 MiB.
    */linux-image-*)
      dpkg-deb --fsys-tarfile "$package" |
        tar -x -C root --wildcards './boot/vmlinuz-*' './lib/modules/*/kernel/drivers/xen/*'
      ;;
    *) dpkg-deb --extract "$package" root ;;
  esac
done
ls -l packages.new | awk '$9 { bytes += $5; print $9 } END { print bytes, "bytes" }' >versions
rm -rf packages.new

cat "$here/packages" "$here/fetch.sh" >request
find root -type f -exec sha256sum {} + >stamp.new
mv stamp.new stamp
echo "fetch: $(tail -1 versions) downloaded, $(wc -l <stamp) files unpacked"
