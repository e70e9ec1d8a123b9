# doctor has no finding that needs values this Xen does not provide, and lists the rule under
# "Cannot tell". On a busy host it may find, correctly, that dom0's own CPUs are stolen.
status=0
vitals doctor --for 1s >/tmp/output 2>&1 || status=$?
[ $status -le 1 ] || fail "status $status: $(cat /tmp/output)"
command_line='vitals doctor'
has '^Cannot tell:$'
has 'xen-contention'
if grep '^[A-Z][A-Z]*  xen/' /tmp/output; then fail "a finding about a domain"; fi
