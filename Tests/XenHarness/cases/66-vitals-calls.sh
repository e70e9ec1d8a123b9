# A sample makes one hypercall for all domains and one for each selected vCPU.
vcpus=$(vitals list xen | grep -c '^xen/[^ ]*/vcpu[0-9]* ')
two=$(hypercalls vitals watch 'xen/*/vcpu*' --every 200ms --count 2)
four=$(hypercalls vitals watch 'xen/*/vcpu*' --every 200ms --count 4)
equal "hypercalls of two samples of $vcpus vCPUs" $((2 * (1 + vcpus))) $((four - two))
# The domains need a second list, the host one call for itself and one for its CPUs.
two=$(hypercalls vitals watch 'xen/**' --every 200ms --count 2)
four=$(hypercalls vitals watch 'xen/**' --every 200ms --count 4)
equal "hypercalls of two samples of all sources" $((2 * (2 + vcpus + 2))) $((four - two))
