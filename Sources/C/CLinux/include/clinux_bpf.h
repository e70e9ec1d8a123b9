/*
 * clinux_bpf.h - one function for each command of bpf(2) that Vitals uses.
 *
 * Each function returns the result of bpf(2) and does not change the errno of bpf(2). Descriptors
 * are close-on-exec.
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

/* BPF_MAP_CREATE of an array with one value. If is_shared is not 0, this process can map the value
   (mmap(2)). If is_shared is 0, only BPF programs can write the value. */
int clinux_bpf_create_array(unsigned int value_size, int is_shared, const char *_Nonnull name);

/* BPF_PROG_LOAD of `count` instructions. The licence is "Dual MIT/GPL", because the helpers that
   read kernel memory require this licence. If `log` is not NULL, it receives the verifier's log. */
int clinux_bpf_load(unsigned int type, unsigned int attach_type, unsigned int attach_id,
                    unsigned int flags, const uint64_t *_Nonnull instructions, size_t count,
                    const char *_Nonnull name, char *_Nullable log, size_t log_size);

/* BPF_LINK_CREATE of an iterator over all tasks, or over one process if `pid` is not 0 */
int clinux_bpf_link_iterator(int program, int pid);

/* BPF_ITER_CREATE. Reads of the returned descriptor visit all objects of the iterator once. */
int clinux_bpf_create_iterator(int link);

/* BPF_PROG_RUN without a context; *result is the result of the program */
int clinux_bpf_run(int program, unsigned int *_Nonnull result);

#endif
