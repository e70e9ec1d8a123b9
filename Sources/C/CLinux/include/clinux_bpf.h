/*
 * clinux_bpf.h - the commands of bpf(2) that Vitals uses, one function each.
 *
 * Each function returns the result of the call and leaves errno. Descriptors are close-on-exec.
 */
#ifndef CLINUX_BPF_H
#define CLINUX_BPF_H

#include <stddef.h>
#include <stdint.h>

enum {
  CLINUX_BPF_TRACING = 26,
  CLINUX_BPF_SYSCALL = 31,
  CLINUX_BPF_TRACE_ITERATOR = 28,
  CLINUX_BPF_SLEEPABLE = 1 << 4,
};

/* BPF_MAP_CREATE: an array of one value, which is_shared makes mappable (mmap(2)); otherwise only
   programs can write it */
int clinux_bpf_create_array(unsigned int value_size, int is_shared, const char *_Nonnull name);

/* BPF_PROG_LOAD of `count` instructions. The licence is "Dual MIT/GPL", because the helpers that
   read kernel memory require it. `log`, unless NULL, receives the verifier's log. */
int clinux_bpf_load(unsigned int type, unsigned int attach_type, unsigned int attach_id,
                    unsigned int flags, const uint64_t *_Nonnull instructions, size_t count,
                    const char *_Nonnull name, char *_Nullable log, size_t log_size);

/* BPF_LINK_CREATE of an iterator over all tasks, or over one process if `pid` is not 0 */
int clinux_bpf_link_iterator(int program, int pid);

/* BPF_ITER_CREATE: a descriptor for one walk */
int clinux_bpf_create_iterator(int link);

/* BPF_PROG_RUN without a context; *result is the result of the program */
int clinux_bpf_run(int program, unsigned int *_Nonnull result);

#endif
