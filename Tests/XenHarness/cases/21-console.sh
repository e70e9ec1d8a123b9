# The guest runs its own code.
run domains console "$(id web1)"
has '^of 100 ms vCPU 0 spins 30, vCPU 1 spins 10$'
