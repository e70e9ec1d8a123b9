#include "CMeanings.h"

#pragma clang diagnostic ignored "-Wc23-extensions"

static const char text[] = {
#embed "kvm.meanings" suffix(, 0)
};

const char *meanings_text(void) { return text; }

size_t meanings_size(void) { return sizeof text - 1; }
