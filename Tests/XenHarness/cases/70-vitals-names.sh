# Domains have the names of xenstored, and no diagnostic reports numbers in place of names.
run_named vitals list xen --why
has "^xen/web1  *up .*domid=$(id web1) "
has "^xen/db1  *up .*domid=$(id db1) "
has '^xen: stats table: this Xen has no resource type 3 id 0 (EOPNOTSUPP)$'
if grep 'called by their numbers' /tmp/output; then fail "the names were not read from xenstored"; fi
run_named vitals show xen/web1 --format json
has '"name":"web1"'
