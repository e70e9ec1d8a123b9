#include "CVitalsData.h"

/* C23's way to take in a file; clang has it in every mode. */
#pragma clang diagnostic ignored "-Wc23-extensions"

static const char meanings[] = {
#embed "kvm.meanings"
    ,
#embed "xen.meanings"
};

static const char rules[] = {
#embed "doctor.rules"
};

static const char machine[] = {
#embed "x86-vm.kvmstats"
};

static const char processor[] = {
#embed "x86-vcpu.kvmstats"
};

const char *meanings_text(void) { return meanings; }
size_t meanings_size(void) { return sizeof meanings; }
const char *rules_text(void) { return rules; }
size_t rules_size(void) { return sizeof rules; }
const char *sample_machine_bytes(void) { return machine; }
size_t sample_machine_size(void) { return sizeof machine; }
const char *sample_processor_bytes(void) { return processor; }
size_t sample_processor_size(void) { return sizeof processor; }
