# A domain without vCPUs has none in Vitals, and does not affect other domains.
bare=$(domains bare 0)
run_named vitals list xen
has " domid=$bare\$"
new=$(awk -v label="domid=$bare" '$0 ~ label "$" { print $1 }' /tmp/output)
if grep "^$new/vcpu" /tmp/output; then fail "$new has vCPUs"; fi
has "^xen/web1/vcpu1  *up "
domains destroy "$bare"
