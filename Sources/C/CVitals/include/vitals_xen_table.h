/*
 * vitals_xen_table.h - the layout of a Xen statistics table, and how to write and read an entry.
 *
 * The first 16 bytes of the header, the first 16 bytes of an entry and the way of an update are
 * those of the third version of the vCPU statistics table proposed for Xen (October 2023, never
 * merged). Everything else is an extension by Vitals, marked [V]: a reader that knows only the
 * proposal finds its two fields where it expects them and need not know of the rest.
 *
 *   byte
 *      0  header: magic, offset, size, stride
 *     16  [V] mark: extension magic, lengths, count, clock, generation    where offset >= 64
 *         all ones
 * offset  slot 0 ........................................................ stride bytes
 *           0  sequence, pad, running time
 *          16  [V] more fields, as many as fit into size
 *        size  all ones
 *    + stride  slot 1 ... slot n - 1
 *         all ones to the end of the last page
 *
 * Slot v begins at offset + v * stride: bytes, with 64 bit arithmetic, for every v. stride and
 * offset are multiples of 8; stride >= size >= 16; offset >= 16. A table with n slots has
 * offset + n * stride bytes.
 *
 * All numbers have the byte order of the machine: a magic whose bytes are swapped says that the
 * table is another machine's. Times are nanoseconds of the clock that the mark names.
 *
 * The magic is stored last, with release order: until then it is 0 or VITALS_XEN_CLAIMED.
 *
 * A writer of an entry makes the sequence odd, stores the fields, and makes it even. A reader
 * takes fields that it loaded between two loads of the same even sequence, and tries only so
 * often: a writer that died in an update leaves the sequence odd for ever. One writer per entry.
 *
 * Which fields an entry has is said three times:
 *   - a field that does not lie in `size` bytes, and one of [V] in a table without a mark, is
 *     not produced;
 *   - [V] a field whose bit in `valid` is clear is inactive now;
 *   - a time with its top bit set is inactive (all ones) or has run over: never a number.
 */
#ifndef VITALS_XEN_TABLE_H
#define VITALS_XEN_TABLE_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

enum {
  VITALS_XEN_HEADER_SIZE = 16,
  VITALS_XEN_MARKED_HEADER_SIZE = 64,
  VITALS_XEN_SMALLEST_ENTRY = 16,
  VITALS_XEN_ENTRY_SIZE = 80,
  VITALS_XEN_DEFAULT_OFFSET = 128,
  VITALS_XEN_DEFAULT_STRIDE = 128,
  VITALS_XEN_CLAIMED = 1, /* [V] somebody initialises the table */
};

/* Beyond the range of an int: no enum. */
static const uint32_t VITALS_XEN_VCPU_MAGIC = 0xaabbccddu;
static const uint32_t VITALS_XEN_DOMAIN_MAGIC = 0xaabbcceeu; /* [V] */
static const uint32_t VITALS_XEN_MARK_MAGIC = 0x58544956u;   /* [V] "VITX" */
static const uint32_t VITALS_XEN_NO_DOMAIN = 0xffffffffu;    /* [V] */

/* [V] What the times of a table are counted on. */
enum {
  VITALS_XEN_CLOCK_UNKNOWN = 0,
  VITALS_XEN_CLOCK_SYSTEM = 1,    /* Xen's system time */
  VITALS_XEN_CLOCK_MONOTONIC = 2, /* Linux's CLOCK_MONOTONIC */
};

/* The states of a vCPU, and the order of `time`. */
enum {
  VITALS_XEN_RUNNING = 0,
  VITALS_XEN_RUNNABLE = 1,
  VITALS_XEN_BLOCKED = 2,
  VITALS_XEN_OFFLINE = 3,
};

/* [V] The bits of `valid`. */
enum {
  VITALS_XEN_VALID_RUNNING = 1 << 0,
  VITALS_XEN_VALID_RUNNABLE = 1 << 1,
  VITALS_XEN_VALID_BLOCKED = 1 << 2,
  VITALS_XEN_VALID_OFFLINE = 1 << 3,
  VITALS_XEN_VALID_STATE_ENTRY = 1 << 4, /* of a domain: vcpus_running */
  VITALS_XEN_VALID_SAMPLE = 1 << 5,
  VITALS_XEN_VALID_STATE = 1 << 6, /* of a domain: vcpus */
  VITALS_XEN_VALID_START = 1 << 7,
  VITALS_XEN_VALID_GENERATION = 1 << 8,
  VITALS_XEN_VALID_ALL = (1 << 9) - 1,
};

struct vitals_xen_header {
  uint32_t magic;
  uint32_t offset; /* of slot 0 */
  uint32_t size;   /* of an entry: as much of a slot as has fields */
  uint32_t stride; /* from a slot to the next */
  /* [V] the mark */
  uint32_t mark_magic;
  uint32_t length;     /* of this header, mark included */
  uint32_t count;      /* of slots */
  uint32_t clock;      /* VITALS_XEN_CLOCK_... */
  uint64_t generation; /* differs from that of every earlier table of this domain */
  uint64_t created;    /* when the table was made */
  uint32_t domain;     /* or VITALS_XEN_NO_DOMAIN */
  uint32_t reserved0;  /* 0 */
  uint64_t reserved1;  /* 0 */
};
static_assert(sizeof(struct vitals_xen_header) == 64, "header");
static_assert(offsetof(struct vitals_xen_header, offset) == 4, "offset");
static_assert(offsetof(struct vitals_xen_header, size) == 8, "size");
static_assert(offsetof(struct vitals_xen_header, stride) == 12, "stride");
static_assert(offsetof(struct vitals_xen_header, mark_magic) == 16, "mark_magic");
static_assert(offsetof(struct vitals_xen_header, count) == 24, "count");
static_assert(offsetof(struct vitals_xen_header, generation) == 32, "generation");
static_assert(offsetof(struct vitals_xen_header, domain) == 48, "domain");

/* An entry of a vCPU table. */
struct vitals_xen_vcpu {
  uint32_t sequence; /* odd while an update goes on */
  uint32_t pad0;     /* all ones */
  uint64_t time[4];  /* in each state, up to sample_time; [V] all but time[0] */
  /* [V] */
  uint64_t state_entry_time; /* since when it has been in `state` */
  uint64_t sample_time;      /* what `time` runs to */
  uint32_t state;            /* VITALS_XEN_RUNNING ... */
  uint32_t valid;            /* VITALS_XEN_VALID_... */
  uint64_t start_time;       /* what `time` runs from: its sum is sample_time - start_time */
  uint64_t generation;       /* changes where `time` begins anew */
};
static_assert(sizeof(struct vitals_xen_vcpu) == 80, "vcpu");
static_assert(offsetof(struct vitals_xen_vcpu, time) == 8, "time");
static_assert(offsetof(struct vitals_xen_vcpu, state_entry_time) == 40, "state_entry_time");
static_assert(offsetof(struct vitals_xen_vcpu, sample_time) == 48, "sample_time");
static_assert(offsetof(struct vitals_xen_vcpu, state) == 56, "state");
static_assert(offsetof(struct vitals_xen_vcpu, valid) == 60, "valid");
static_assert(offsetof(struct vitals_xen_vcpu, start_time) == 64, "start_time");
static_assert(offsetof(struct vitals_xen_vcpu, generation) == 72, "generation");

/* [V] The entry of a domain table, which has one: the sums over the domain's vCPUs, all taken at
   sample_time. Fields lie where those of a vCPU lie. */
struct vitals_xen_domain {
  uint32_t sequence;
  uint32_t pad0;
  uint64_t time[4];       /* sums over the vCPUs, those that are gone included */
  uint64_t vcpus_running; /* in state running at sample_time */
  uint64_t sample_time;
  uint32_t vcpus;
  uint32_t valid;
  uint64_t start_time; /* the earliest of the vCPUs */
  uint64_t generation;
};
static_assert(sizeof(struct vitals_xen_domain) == 80, "domain");
static_assert(offsetof(struct vitals_xen_domain, vcpus_running) == 40, "vcpus_running");
static_assert(offsetof(struct vitals_xen_domain, vcpus) == 56, "vcpus");
static_assert(offsetof(struct vitals_xen_domain, generation) == 72, "generation");

/* Where the fields of both kinds of entries lie. */
enum {
  VITALS_XEN_AT_PAD0 = offsetof(struct vitals_xen_vcpu, pad0),
  VITALS_XEN_AT_TIME = offsetof(struct vitals_xen_vcpu, time),
  VITALS_XEN_AT_STATE_ENTRY = offsetof(struct vitals_xen_vcpu, state_entry_time),
  VITALS_XEN_AT_SAMPLE = offsetof(struct vitals_xen_vcpu, sample_time),
  VITALS_XEN_AT_STATE = offsetof(struct vitals_xen_vcpu, state),
  VITALS_XEN_AT_VALID = offsetof(struct vitals_xen_vcpu, valid),
  VITALS_XEN_AT_START = offsetof(struct vitals_xen_vcpu, start_time),
  VITALS_XEN_AT_GENERATION = offsetof(struct vitals_xen_vcpu, generation),
};

/* Where the fields of the header lie. */
enum {
  VITALS_XEN_AT_MARK = offsetof(struct vitals_xen_header, mark_magic),
  VITALS_XEN_AT_LENGTH = offsetof(struct vitals_xen_header, length),
  VITALS_XEN_AT_COUNT = offsetof(struct vitals_xen_header, count),
  VITALS_XEN_AT_CLOCK = offsetof(struct vitals_xen_header, clock),
  VITALS_XEN_AT_TABLE_GENERATION = offsetof(struct vitals_xen_header, generation),
  VITALS_XEN_AT_CREATED = offsetof(struct vitals_xen_header, created),
  VITALS_XEN_AT_DOMAIN = offsetof(struct vitals_xen_header, domain),
  VITALS_XEN_AT_RESERVED = offsetof(struct vitals_xen_header, reserved0),
};

/* The bytes of a table of `count` slots, or 0 where they are more than 64 bits can say. */
static inline uint64_t vitals_xen_table_size(uint32_t offset, uint32_t stride, uint32_t count) {
  uint64_t slots = (uint64_t)stride * count; /* at most 2^64 - 2^33 + 1 */
  return slots > UINT64_MAX - offset ? 0 : slots + offset;
}

/* Where slot `index` begins. */
static inline uint64_t vitals_xen_slot(uint32_t offset, uint32_t stride, uint32_t index) {
  return offset + (uint64_t)stride * index;
}

/* Begins an update of an entry; after a dead writer's it goes on from its odd sequence. */
static inline void vitals_xen_begin(uint32_t *sequence) {
  uint32_t old = __atomic_load_n(sequence, __ATOMIC_RELAXED);
  __atomic_store_n(sequence, old % 2 ? old + 2 : old + 1, __ATOMIC_RELAXED);
  __atomic_thread_fence(__ATOMIC_RELEASE);
}

/* Stores a field, between begin and end. */
static inline void vitals_xen_store(uint64_t *field, uint64_t value) {
  __atomic_store_n(field, value, __ATOMIC_RELAXED);
}

static inline void vitals_xen_store32(uint32_t *field, uint32_t value) {
  __atomic_store_n(field, value, __ATOMIC_RELAXED);
}

/* Ends an update: the sequence is even again, 0 after 2^32 - 1. */
static inline void vitals_xen_end(uint32_t *sequence) {
  uint32_t odd = __atomic_load_n(sequence, __ATOMIC_RELAXED);
  __atomic_store_n(sequence, odd + 1, __ATOMIC_RELEASE);
}

/* Stores a whole vCPU entry but its sequence, where `size` is at least 80. */
static inline void vitals_xen_update(struct vitals_xen_vcpu *entry,
                                     const struct vitals_xen_vcpu *values) {
  vitals_xen_begin(&entry->sequence);
  for (int state = 0; state < 4; state++)
    vitals_xen_store(&entry->time[state], values->time[state]);
  vitals_xen_store(&entry->state_entry_time, values->state_entry_time);
  vitals_xen_store(&entry->sample_time, values->sample_time);
  vitals_xen_store32(&entry->state, values->state);
  vitals_xen_store32(&entry->valid, values->valid);
  vitals_xen_store(&entry->start_time, values->start_time);
  vitals_xen_store(&entry->generation, values->generation);
  vitals_xen_end(&entry->sequence);
}

/* Copies the first `count` 64 bit words behind the sequence and pad of an entry, all from one
   update. Returns 1, or 0 where each of `attempts` met an update. The caller has checked that
   8 + 8 * count bytes lie in the entry's size and in the mapping. */
static inline int vitals_xen_read(const void *entry, uint64_t *words, uint32_t count,
                                  uint32_t attempts) {
  const uint32_t *sequence = (const uint32_t *)entry;
  const uint64_t *fields = (const uint64_t *)entry + 1;
  while (attempts-- > 0) {
    uint32_t before = __atomic_load_n(sequence, __ATOMIC_ACQUIRE);
    if (before % 2) continue;
    for (uint32_t index = 0; index < count; index++)
      words[index] = __atomic_load_n(&fields[index], __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    if (__atomic_load_n(sequence, __ATOMIC_RELAXED) == before) return 1;
  }
  return 0;
}

#endif
