#define _GNU_SOURCE
#include "clinux_bpf.h"

#include <assert.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static_assert(CLINUX_BPF_TRACING == BPF_PROG_TYPE_TRACING, "BPF_PROG_TYPE_TRACING");
static_assert(CLINUX_BPF_SYSCALL == BPF_PROG_TYPE_SYSCALL, "BPF_PROG_TYPE_SYSCALL");
static_assert(CLINUX_BPF_TRACE_ITERATOR == BPF_TRACE_ITER, "BPF_TRACE_ITER");
static_assert(CLINUX_BPF_SLEEPABLE == BPF_F_SLEEPABLE, "BPF_F_SLEEPABLE");

static int bpf(int command, union bpf_attr *attributes) {
  return (int)syscall(SYS_bpf, command, attributes, sizeof *attributes);
}

int clinux_bpf_create_array(unsigned int value_size, int is_shared, const char *name) {
  union bpf_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  attributes.map_type = BPF_MAP_TYPE_ARRAY;
  attributes.key_size = sizeof(uint32_t);
  attributes.value_size = value_size;
  attributes.max_entries = 1;
  attributes.map_flags = is_shared ? BPF_F_MMAPABLE : BPF_F_RDONLY;
  strncpy(attributes.map_name, name, sizeof attributes.map_name - 1);
  return bpf(BPF_MAP_CREATE, &attributes);
}

int clinux_bpf_load(unsigned int type, unsigned int attach_type, unsigned int attach_id,
                    unsigned int flags, const uint64_t *instructions, size_t count,
                    const char *name, char *log, size_t log_size) {
  static const char licence[] = "Dual MIT/GPL";
  union bpf_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  attributes.prog_type = type;
  attributes.insn_cnt = (uint32_t)count;
  attributes.insns = (uint64_t)(uintptr_t)instructions;
  attributes.license = (uint64_t)(uintptr_t)licence;
  attributes.prog_flags = flags;
  attributes.expected_attach_type = attach_type;
  attributes.attach_btf_id = attach_id;
  strncpy(attributes.prog_name, name, sizeof attributes.prog_name - 1);
  if (log != NULL) {
    attributes.log_level = 1;
    attributes.log_buf = (uint64_t)(uintptr_t)log;
    attributes.log_size = (uint32_t)log_size;
  }
  return bpf(BPF_PROG_LOAD, &attributes);
}

int clinux_bpf_link_iterator(int program, int pid) {
  union bpf_iter_link_info target;
  memset(&target, 0, sizeof target);
  union bpf_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  attributes.link_create.prog_fd = (uint32_t)program;
  attributes.link_create.attach_type = BPF_TRACE_ITER;
  if (pid != 0) {
    target.task.pid = (uint32_t)pid;
    attributes.link_create.iter_info = (uint64_t)(uintptr_t)&target;
    attributes.link_create.iter_info_len = sizeof target;
  }
  return bpf(BPF_LINK_CREATE, &attributes);
}

int clinux_bpf_create_iterator(int link) {
  union bpf_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  attributes.iter_create.link_fd = (uint32_t)link;
  return bpf(BPF_ITER_CREATE, &attributes);
}

int clinux_bpf_run(int program, unsigned int *result) {
  union bpf_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  attributes.test.prog_fd = (uint32_t)program;
  int code = bpf(BPF_PROG_RUN, &attributes);
  *result = attributes.test.retval;
  return code;
}
