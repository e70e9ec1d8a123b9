/*
 * CVitalsData.h - data files that are a part of the program.
 */
#ifndef CVITALSDATA_H
#define CVITALSDATA_H

#include <stddef.h>

/* kvm.meanings and xen.meanings: what each statistic means, as one text. */
const char *_Nonnull meanings_text(void);
size_t meanings_size(void);

/* doctor.rules: what the doctor looks for, as text. */
const char *_Nonnull rules_text(void);
size_t rules_size(void);

/* x86-vm.kvmstats, x86-vcpu.kvmstats: header, id and descriptors of a real machine and vCPU of
   Linux 6.18 in the form of KVM binary statistics, without the data. */
const char *_Nonnull sample_machine_bytes(void);
size_t sample_machine_size(void);
const char *_Nonnull sample_processor_bytes(void);
size_t sample_processor_size(void);

#endif
