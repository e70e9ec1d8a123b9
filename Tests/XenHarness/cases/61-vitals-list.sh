# Every domain of the hypervisor is listed with its vCPUs, its identity and its access method.
run vitals list xen
has '^xen  *up .*version=4.17 library=libxenctrl.so.4.17'
domains list | while read -r _ domain rest; do
  has " domid=$domain\( \|\$\)"
  path=$(awk -v label="domid=$domain" '$0 ~ label "( |$)" { print $1; exit }' /tmp/output)
  vcpus=$(echo "$rest" | field vcpus)
  equal "vCPUs of $path" "$vcpus" "$(grep -c "^$path/vcpu[0-9]*  *up .*xen:libxenctrl" /tmp/output)"
done
has 'uuid=6f3c5e1a-0b7d-4c53-9d52-3a1e8f0c9b01'
has 'uuid=6f3c5e1a-0b7d-4c53-9d52-3a1e8f0c9b02'
