/*
 * vitals_xen_table.h - the layout of a Xen statistics table, and how to write and read an entry.
 *
 * The first 16 bytes of the header, the first 16 bytes of an entry and the update protocol are
 * those of the third version of the vCPU statistics table proposed for Xen (October 2023, never
 * merged). Everything else is an extension by Vitals, marked [V]. A program that knows only the
 * proposal finds the sequence and the running time at the proposed offsets, and can ignore the
 * extension.
 *
 *   byte
 *      0  header: magic, offset, size, stride
 *     16  [V] mark: extension magic, length, count, clock, generation     if offset >= 64
 *         all ones
 * offset  slot 0 ........................................................ stride bytes
 *           0  sequence, pad, running time
 *          16  [V] further fields, as many as fit into size
 *        size  all ones
 *    + stride  slot 1 ... slot n - 1
 *         all ones to the end of the last page
 *
 * Slot v begins at offset + v * stride, in bytes, computed with 64 bits. stride and offset are
 * multiples of 8; stride >= size >= 16; offset >= 16. A table with n slots has offset + n * stride
 * bytes.
 *
 * All numbers have the byte order of the writer. If the bytes of the magic are swapped, the table
 * was written on a system with the other byte order. Times are nanoseconds of the clock that the
 * mark states.
 *
 * The writer of a table stores the magic last, with release order. Until then the magic is 0, or
 * VITALS_XEN_CLAIMED while a writer initialises the table.
 *
 * Each entry has one writer. For an update, the writer makes the sequence odd, stores the fields,
 * and makes the sequence even. A reader loads the sequence, then the fields, then the sequence
 * again. The fields are valid if both loads of the sequence return the same even number. A reader
 * must limit its attempts, because a writer that died during an update leaves the sequence odd.
 *
 * Three conditions determine whether a field has a value:
 *   - A field beyond `size` bytes is absent, and so is a [V] field in a table without a mark.
 *   - [V] A field whose bit in `valid` is clear is inactive.
 *   - A time with its top bit set has no value: the time is inactive (all ones) or has overflowed.
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
  VITALS_XEN_CLAIMED = 1, /* [V] the magic while a writer initialises the table */
};

/* These are not constants of an enum, because most of them exceed the range of int. */
static const uint32_t VITALS_XEN_VCPU_MAGIC = 0xaabbccddu;
static const uint32_t VITALS_XEN_DOMAIN_MAGIC = 0xaabbcceeu; /* [V] */
static const uint32_t VITALS_XEN_MARK_MAGIC = 0x58544956u;   /* [V] "VITX" */
static const uint32_t VITALS_XEN_NO_DOMAIN = 0xffffffffu;    /* [V] */

/* [V] The clock of a table's times. */
enum {
  VITALS_XEN_CLOCK_UNKNOWN = 0,
  VITALS_XEN_CLOCK_SYSTEM = 1,    /* Xen's system time */
  VITALS_XEN_CLOCK_MONOTONIC = 2, /* Linux's CLOCK_MONOTONIC */
};

/* The states of a vCPU. Each value is also the index of the state's time in `time`. */
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
  VITALS_XEN_VALID_STATE_ENTRY = 1 << 4, /* in a domain's entry: the bit of vcpus_running */
  VITALS_XEN_VALID_SAMPLE = 1 << 5,
  VITALS_XEN_VALID_STATE = 1 << 6, /* in a domain's entry: the bit of vcpus */
  VITALS_XEN_VALID_START = 1 << 7,
  VITALS_XEN_VALID_GENERATION = 1 << 8,
  VITALS_XEN_VALID_ALL = (1 << 9) - 1,
};

struct vitals_xen_header {
  uint32_t magic;
  uint32_t offset; /* of slot 0 */
  uint32_t size;   /* of an entry: the part of a slot with fields */
  uint32_t stride; /* from one slot to the next */
  /* [V] the mark */
  uint32_t mark_magic;
  uint32_t length;     /* of this header, including the mark */
  uint32_t count;      /* of slots */
  uint32_t clock;      /* VITALS_XEN_CLOCK_... */
  uint64_t generation; /* differs from that of every earlier table of this domain */
  uint64_t created;    /* the time of the table's creation */
  uint32_t domain;     /* the id of the domain, or VITALS_XEN_NO_DOMAIN */
  uint32_t reserved0;  /* must be 0 */
  uint64_t reserved1;  /* must be 0 */
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
  uint32_t sequence; /* odd during an update */
  uint32_t pad0;     /* all ones */
  uint64_t time[4];  /* spent in each state, up to sample_time; [V] except time[0] */
  /* [V] */
  uint64_t state_entry_time; /* the time at which the vCPU entered `state` */
  uint64_t sample_time;      /* the end of the period that `time` covers */
  uint32_t state;            /* VITALS_XEN_RUNNING ... */
  uint32_t valid;            /* VITALS_XEN_VALID_... */
  uint64_t start_time;       /* the start of the period: sample_time minus the sum of `time` */
  uint64_t generation;       /* changes when the counting of `time` starts again */
};
static_assert(sizeof(struct vitals_xen_vcpu) == 80, "vcpu");
static_assert(offsetof(struct vitals_xen_vcpu, time) == 8, "time");
static_assert(offsetof(struct vitals_xen_vcpu, state_entry_time) == 40, "state_entry_time");
static_assert(offsetof(struct vitals_xen_vcpu, sample_time) == 48, "sample_time");
static_assert(offsetof(struct vitals_xen_vcpu, state) == 56, "state");
static_assert(offsetof(struct vitals_xen_vcpu, valid) == 60, "valid");
static_assert(offsetof(struct vitals_xen_vcpu, start_time) == 64, "start_time");
static_assert(offsetof(struct vitals_xen_vcpu, generation) == 72, "generation");

/* [V] The only entry of a domain table. It contains the sums over the domain's vCPUs, all at
   sample_time. Each field has the same offset as one field of a vCPU entry. */
struct vitals_xen_domain {
  uint32_t sequence;
  uint32_t pad0;
  uint64_t time[4];       /* sums over all vCPUs, including removed vCPUs */
  uint64_t vcpus_running; /* the number of vCPUs in state running at sample_time */
  uint64_t sample_time;
  uint32_t vcpus;
  uint32_t valid;
  uint64_t start_time; /* the earliest start_time of the vCPUs */
  uint64_t generation;
};
static_assert(sizeof(struct vitals_xen_domain) == 80, "domain");
static_assert(offsetof(struct vitals_xen_domain, vcpus_running) == 40, "vcpus_running");
static_assert(offsetof(struct vitals_xen_domain, vcpus) == 56, "vcpus");
static_assert(offsetof(struct vitals_xen_domain, generation) == 72, "generation");

/* The offsets of the fields in both kinds of entries. */
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

/* The offsets of the fields in the header. */
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

/* Returns the size of a table of `count` slots in bytes, or 0 if it exceeds 64 bits. */
static inline uint64_t vitals_xen_table_size(uint32_t offset, uint32_t stride, uint32_t count) {
  uint64_t slots = (uint64_t)stride * count; /* at most 2^64 - 2^33 + 1 */
  return slots > UINT64_MAX - offset ? 0 : slots + offset;
}

/* Returns the offset of slot `index`. */
static inline uint64_t vitals_xen_slot(uint32_t offset, uint32_t stride, uint32_t index) {
  return offset + (uint64_t)stride * index;
}

/* Begins an update of an entry: makes the sequence odd. If a dead writer left the sequence odd, the
   sequence becomes the next odd number. */
static inline void vitals_xen_begin(uint32_t *sequence) {
  uint32_t old = __atomic_load_n(sequence, __ATOMIC_RELAXED);
  __atomic_store_n(sequence, old % 2 ? old + 2 : old + 1, __ATOMIC_RELAXED);
  __atomic_thread_fence(__ATOMIC_RELEASE);
}

/* Stores a field. Call this between vitals_xen_begin and vitals_xen_end. */
static inline void vitals_xen_store(uint64_t *field, uint64_t value) {
  __atomic_store_n(field, value, __ATOMIC_RELAXED);
}

static inline void vitals_xen_store32(uint32_t *field, uint32_t value) {
  __atomic_store_n(field, value, __ATOMIC_RELAXED);
}

/* Ends an update: makes the sequence even. After 2^32 - 1 the sequence continues at 0. */
static inline void vitals_xen_end(uint32_t *sequence) {
  uint32_t odd = __atomic_load_n(sequence, __ATOMIC_RELAXED);
  __atomic_store_n(sequence, odd + 1, __ATOMIC_RELEASE);
}

/* Updates all fields of a vCPU entry; `size` must be at least 80. */
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

/* Copies the first `count` 64-bit words after the sequence and pad of an entry, all from one
   update. Returns 1, or 0 if every attempt coincided with an update. The caller must check before
   that the entry's size and the mapping contain 8 + 8 * count bytes. */
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
