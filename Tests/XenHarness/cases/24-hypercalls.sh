# Counting calls works, here with programs that are known to make one.
equal "hypercalls of a list" 1 "$(hypercalls domains list)"
equal "hypercalls of a vCPU" 1 "$(hypercalls domains vcpu "$(id web1)" 0)"
