# `hypercalls` counts correctly, here for programs that make one call.
equal "hypercalls of a list" 1 "$(hypercalls domains list)"
equal "hypercalls of a vCPU" 1 "$(hypercalls domains vcpu "$(id web1)" 0)"
