/*
 * CVitalsData.h - data files embedded in the program.
 */
#ifndef CVITALSDATA_H
#define CVITALSDATA_H

#include <stddef.h>

/* kvm.meanings followed by xen.meanings, without a terminating NUL. */
const char *_Nonnull meanings_text(void);
size_t meanings_size(void);

/* doctor.rules, without a terminating NUL. */
const char *_Nonnull rules_text(void);
size_t rules_size(void);

/* x86-vm.kvmstats and x86-vcpu.kvmstats: header, id and descriptors of a VM and a vCPU of Linux 6.18
   as KVM binary statistics, without the data. */
const char *_Nonnull sample_vm_bytes(void);
size_t sample_vm_size(void);
const char *_Nonnull sample_vcpu_bytes(void);
size_t sample_vcpu_size(void);

#endif
