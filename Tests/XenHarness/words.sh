# Functions for the cases. A case exits with 0 (ok), 77 (skipped) or another status (failed). Its
# output is shown as evidence.

skip() { # REASON...
  echo "$*"
  exit 77
}

fail() { # REASON...
  echo "FAILED: $*"
  exit 1
}

# Prints the ID of a domain that cases.sh created: web1 or db1.
id() { # NAME
  cat "/run/domains/$1" 2>/dev/null || fail "no domain $1"
}

# Prints the word after a word of one line: `domains vcpu 1 0 | field cpu_time_ns`.
field() { # NAME
  awk -v name="$1" '{
    for (i = 1; i < NF; i++) if ($i == name) { print $(i + 1); exit }
  }'
}

# Fails unless both values are equal.
equal() { # NAME EXPECTED ACTUAL
  [ "$2" = "$3" ] || fail "$1: $3, expected $2"
  echo "$1: $3"
}

# Fails unless the value is in the range.
within() { # NAME LOW HIGH ACTUAL
  { [ "$4" -ge "$2" ] && [ "$4" -le "$3" ]; } || fail "$1: $4, expected $2 to $3"
  echo "$1: $4 ($2 to $3)"
}

# Runs a command and keeps its output for `has`.
run() { # COMMAND...
  command_line=$*
  "$@" >/tmp/output 2>&1 || fail "$*: status $?: $(head -5 /tmp/output)"
}

# Runs a command whose output names web1 or db1. Retries if xenstored, on a busy host, was too slow
# for the names.
run_named() { # COMMAND...
  command_line=$*
  for tries in 1 2 3 4 5; do
    if "$@" >/tmp/output 2>&1 </dev/null && grep -a -q 'web1\|db1' /tmp/output; then return; fi
  done
  fail "$*: $(head -5 /tmp/output)"
}

# Fails unless a line of the last output matches.
has() { # PATTERN
  grep -e "$1" /tmp/output || fail "$command_line: no '$1' in: $(head -20 /tmp/output)"
}

# Prints the guest's last report of a vCPU's run states: `running_ns R runnable_ns W ...`. The guest
# reports after each spin.
report() { # NAME VCPU
  domains report "$(id "$1")" "$2"
}

# Waits for a report of a spin that began after this call, and prints it. A spin is longer than the
# clock difference of two CPUs under emulation (4 ms were observed).
report_later() { # NAME VCPU
  now=$(report "$1" "$2" | field report)
  for tries in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    sleep 0.2
    later=$(report "$1" "$2")
    if [ "$(echo "$later" | field report)" -gt $((now + 1)) ]; then
      echo "$later"
      return
    fi
  done
  fail "no report of the guest of $1 for 4 s" >&2
}

# Prints the number of hypercalls of a program. The requests of privcmd have the type P (0x50); 0 is
# a hypercall, 7 maps a resource. /tmp/calls has all requests.
hypercalls() { # COMMAND...
  command_line=$*
  strace -f --seccomp-bpf -y -e trace=ioctl -o /tmp/calls "$@" >/tmp/output 2>&1 </dev/null ||
    fail "strace $*: status $?: $(head -5 /tmp/output)" >&2
  grep -c -E '/dev/xen/(privcmd|hypercall)>, _IOC\(_IOC_NONE, 0x50, 0, 0x30\)' /tmp/calls || true
}

# Prints a value of a JSON line of one source and group on standard input; `null` if it is missing.
value() { # STATISTIC
  sed -n "s/.*\"$1\":\(null\|[0-9]*\).*/\1/p"
}

# Waits up to 30 s for a line in the output of `vitals watch`, /tmp/watched.
await() { # PATTERN
  for tries in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
    if grep -m 1 -e "$1" /tmp/watched; then return; fi
    sleep 1
  done
  fail "no '$1' in: $(tail -20 /tmp/watched)"
}
