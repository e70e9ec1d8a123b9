# Domains are called what xenstored calls them, and nothing is said of numbers in place of names.
see_named vitals list xen --why
has "^xen/web1  *up .*domid=$(id web1) "
has "^xen/db1  *up .*domid=$(id db1) "
has '^xen: stats table: this Xen has no resource type 3 id 0 (EOPNOTSUPP)$'
if grep 'called by their numbers' /tmp/seen; then fail "the store was not asked"; fi
see_named vitals show xen/web1 --format json
has '"name":"web1"'
