/*
 * CMeanings.h - what each statistic means, as the text of kvm.meanings.
 */
#ifndef CMEANINGS_H
#define CMEANINGS_H

#include <stddef.h>

/* The file's bytes, followed by a NUL that `meanings_size` does not count. */
const char *_Nonnull meanings_text(void);
size_t meanings_size(void);

#endif
