#include "CVitalsData.h"

/* #embed is C23; clang supports it in every mode. */
#pragma clang diagnostic ignored "-Wc23-extensions"

static const char meanings[] = {
#embed "kvm.meanings"
    ,
#embed "xen.meanings"
};

static const char rules[] = {
#embed "doctor.rules"
};

static const char vm[] = {
#embed "x86-vm.kvmstats"
};

static const char vcpu[] = {
#embed "x86-vcpu.kvmstats"
};

const char *meanings_text(void) { return meanings; }
size_t meanings_size(void) { return sizeof meanings; }
const char *rules_text(void) { return rules; }
size_t rules_size(void) { return sizeof rules; }
const char *sample_vm_bytes(void) { return vm; }
size_t sample_vm_size(void) { return sizeof vm; }
const char *sample_vcpu_bytes(void) { return vcpu; }
size_t sample_vcpu_size(void) { return sizeof vcpu; }
