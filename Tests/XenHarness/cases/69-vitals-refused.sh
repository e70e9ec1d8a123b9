# Without the right to the hypervisor, or without its library, Vitals says so and ends with 3; it shows
# no domain.
refused() { # PATTERN COMMAND...
  pattern=$1
  shift
  seen=$*
  status=0
  "$@" >/tmp/seen 2>&1 || status=$?
  equal "status of $seen" 3 $status
  has '^xen  *denied'
  has "$pattern"
  if grep '^xen/' /tmp/seen; then fail "a source of a refused input"; fi
}
refused 'libxenctrl.*EACCES.*run as root in dom0' \
  start-stop-daemon -S -c nobody -x /bin/vitals -- list xen
library=/lib/x86_64-linux-gnu/libxenctrl.so.4.17
mv $library /tmp/away
refused 'no libxenctrl is installed for this Xen' vitals list xen
mv /tmp/away $library
