# Without access to the hypervisor, or without its library, Vitals reports the reason, exits with 3,
# and shows no domain.
expect_denied() { # PATTERN COMMAND...
  pattern=$1
  shift
  command_line=$*
  status=0
  "$@" >/tmp/output 2>&1 || status=$?
  equal "status of $command_line" 3 $status
  has '^xen  *denied'
  has "$pattern"
  if grep '^xen/' /tmp/output; then fail "a source of a denied input"; fi
}
expect_denied 'libxenctrl.*EACCES.*run as root in dom0' \
  start-stop-daemon -S -c nobody -x /bin/vitals -- list xen
library=/lib/x86_64-linux-gnu/libxenctrl.so.4.17
mv $library /tmp/away
expect_denied 'no libxenctrl is installed for this Xen' vitals list xen
mv /tmp/away $library
