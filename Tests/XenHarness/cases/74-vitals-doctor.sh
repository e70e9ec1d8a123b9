# The doctor does not accuse a domain of what this Xen does not tell, and says that it cannot. On a busy
# machine it may find that dom0's own CPUs are stolen, and is right.
status=0
vitals doctor --for 1s >/tmp/seen 2>&1 || status=$?
[ $status -le 1 ] || fail "status $status: $(cat /tmp/seen)"
seen='vitals doctor'
has '^Cannot tell:$'
has 'xen-contention'
if grep '^[A-Z][A-Z]*  xen/' /tmp/seen; then fail "a domain is accused"; fi
