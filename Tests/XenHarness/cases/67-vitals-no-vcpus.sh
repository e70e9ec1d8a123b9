# A domain that has no vCPU yet has none in Vitals, and takes no other's numbers away.
bare=$(domains bare 0)
see_named vitals list xen
has " domid=$bare\$"
new=$(awk -v label="domid=$bare" '$0 ~ label "$" { print $1 }' /tmp/seen)
if grep "^$new/vcpu" /tmp/seen; then fail "$new has vCPUs"; fi
has "^xen/web1/vcpu1  *up "
domains destroy "$bare"
