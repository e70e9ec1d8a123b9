/*
 * vitals_table.h - statistics in shared memory: the layout, a publisher and a reader.
 *
 * This header is the only definition of the table's ABI. It requires a C11 or C++17 compiler with
 * the GNU atomic builtins, but no library and no .c file. docs/table-abi.md describes the ABI in
 * prose and contains a hex dump of an example table. SPDX-License-Identifier: Apache-2.0
 *
 * A table is a contiguous range of bytes in a memfd or in a file on tmpfs: a header, followed by
 * contiguous blocks, each with its kind and size. All offsets are in bytes; there are no pointers.
 *
 *   0             first_block                                                       used
 *   | header | .. | schema | source | labels | group, values | (free) | source | .. | room ..
 *
 *   schema   the meaning of the words of a group's values, in the layout of KVM's binary statistics
 *   source   an object with statistics: name, keys, parent, time of creation
 *   labels   further properties of a source as text; the publisher is allowed to replace them
 *   group    the status and location of the values of a source that have the same schema
 *   (free)   a removed block; a new block of the same size can take its place
 *   room     bytes up to the end of the file that do not belong to a block yet
 *
 *   A relaxed group has one copy of its values, and each word is consistent by itself. A latched
 *   group has 2, 4, 8, .. copies of its values. `index` selects the complete copy: all words of
 *   this copy belong to one update.
 *
 *        group             values                       values + stride
 *        | .. index 7 .. | begin end  w0 w1 w2 ..  pad | begin end  w0 w1 w2 ..  pad |
 *                            copy 0: being written        copy 1 = 7 mod 2: complete
 *
 *   The values of on-demand groups are in the on-demand segment ("annex" in the names of fields), a
 *   second file without a header. The segment exists only while a reader has enabled an on-demand
 *   group.
 *
 * Rules of the layout
 *   - Numbers have the publisher's byte order. Structures only grow at their end, by multiples of
 *     eight bytes. A reader uses the sizes in the header; a field beyond the stored size is absent
 *     and reads as zero. The head of a block (struct vitals_block) never grows, because
 *     growth would move the fields of every kind of block.
 *   - A block never moves and never changes its size. The publisher stores the id of a block after
 *     its contents, and clears the id first when it removes the block. No id is used twice. A
 *     reader that has read a block loads the id again: if the id is unchanged, the bytes that were
 *     read are consistent.
 *   - A later revision can add kinds, units, flags, states and blocks. A reader must not treat
 *     additions as errors: it keeps unknown kinds, units, flags and states as numbers, and skips
 *     blocks of unknown kinds.
 *   - A word without a value holds VITALS_INACTIVE (signed: VITALS_INACTIVE_SIGNED).
 *   - A reader trusts no byte of a table. Before it uses an offset or a size, it checks that the
 *     addressed bytes are within the mapping.
 *   - A reader never waits for a publisher. For this reason, it limits the number of its retries.
 */
#ifndef VITALS_TABLE_H
#define VITALS_TABLE_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* MARK: Constants */

#define VITALS_MAGIC "VITALS\x1a\x01"      /* the last byte increases with incompatible changes */
#define VITALS_INACTIVE UINT64_MAX         /* an unsigned word without a value */
#define VITALS_INACTIVE_SIGNED (1ULL << 63)
#define VITALS_SATURATED (UINT64_MAX - 1)  /* the maximum of a counter */

enum vitals_constant {
  VITALS_REVISION = 2,
  VITALS_BYTE_ORDER = 0x01020304,
  /* The sizes of revision 1, the minimum for all tables. */
  VITALS_HEADER_MINIMUM = 160,
  VITALS_SCHEMA_MINIMUM = 48,
  VITALS_STATISTIC_MINIMUM = 16,
  VITALS_SOURCE_MINIMUM = 72,
  VITALS_LABELS_MINIMUM = 40,
  VITALS_GROUP_MINIMUM = 112,
  VITALS_COPY_MINIMUM = 16,
  VITALS_ALIGNMENT = 64 /* of blocks and copies: one cache line */
};

enum vitals_block_kind {
  VITALS_SCHEMA = 1,
  VITALS_SOURCE = 2,
  VITALS_LABELS = 3,
  VITALS_GROUP = 4
};

/* The kind of a statistic. The first five are KVM's (linux/kvm.h, KVM_STATS_TYPE_*). */
enum vitals_kind {
  VITALS_CUMULATIVE = 0,
  VITALS_INSTANT = 1,
  VITALS_PEAK = 2,
  VITALS_LINEAR_HISTOGRAM = 3,
  VITALS_LOG_HISTOGRAM = 4,
  VITALS_STATE = 5 /* one of a list of names; since revision 2 */
};

/* KVM's units and bases (linux/kvm.h, KVM_STATS_UNIT_*, KVM_STATS_BASE_*). */
enum vitals_unit {
  VITALS_NONE = 0,
  VITALS_BYTES = 1,
  VITALS_SECONDS = 2,
  VITALS_CYCLES = 3,
  VITALS_BOOLEAN = 4
};
enum vitals_base { VITALS_TEN = 0, VITALS_TWO = 1 };

/* Flags of a statistic. */
enum vitals_statistic_flag {
  VITALS_SIGNED = 1 << 0,
  VITALS_STABILITY_SHIFT = 4, /* two bits */
  VITALS_COST_SHIFT = 8       /* two bits */
};
enum vitals_stability { VITALS_EVOLVING = 0, VITALS_STABLE = 1, VITALS_INTERNAL = 2 };
enum vitals_cost { VITALS_FREE = 0, VITALS_CHEAP = 1, VITALS_HEAVY = 2 };

enum vitals_group_flag { VITALS_ON_DEMAND = 1 << 0 /* the values are in the on-demand segment */ };

/* Whether values exist; the low half of a status word. The high half is an errno value. */
enum vitals_status { VITALS_UP = 0, VITALS_STALE = 1, VITALS_DENIED = 2, VITALS_GONE = 3 };

enum vitals_table_state { VITALS_PREPARING = 0, VITALS_LIVE = 1, VITALS_CLOSED = 2 };

/* MARK: Layout */

struct vitals_header {
  uint8_t magic[8];
  uint32_t byte_order;
  uint32_t revision;       /* of the publisher's header; informational */
  uint32_t header_size;    /* the publisher's sizes of the structures below */
  uint32_t block_size;     /* 24 */
  uint32_t schema_size;
  uint32_t statistic_size;
  uint32_t source_size;
  uint32_t labels_size;
  uint32_t group_size;
  uint32_t copy_size;
  uint64_t first_block;
  uint64_t used;           /* the end of the last block; never decreases */
  uint64_t generation;     /* increases with each change of blocks */
  uint8_t instance[16];    /* random, unique for each start of a publisher */
  uint8_t boot_id[16];     /* of random(4); times are valid only within one boot */
  uint64_t created_ns;     /* CLOCK_MONOTONIC, as all times except created_wall_ns */
  uint64_t heartbeat_ns;   /* the time of the last heartbeat */
  uint64_t heartbeat_interval_ns; /* the interval of the heartbeat; 0: none */
  uint32_t pid;            /* in the publisher's PID namespace; informational */
  uint32_t owner;          /* user id */
  uint32_t state;          /* enum vitals_table_state */
  uint32_t reserved;
  uint64_t annex_serial;   /* of the current on-demand segment; 0: none */
  uint64_t annex_size;
  /* revision 2 */
  uint64_t created_wall_ns; /* CLOCK_REALTIME; informational */
  uint64_t readers;         /* the number connected to the broker */
};

struct vitals_block {
  uint64_t id;    /* 0: free, or being written */
  uint64_t size;  /* the distance to the next block */
  uint32_t kind;  /* enum vitals_block_kind */
  uint32_t reserved;
};

/* Offsets in blocks are from the start of the block. Texts end with a NUL and are UTF-8. */
struct vitals_schema {
  struct vitals_block block;
  uint32_t kvm_offset; /* struct kvm_stats_header, an id, descriptors: see linux/kvm.h */
  uint32_t kvm_size;
  uint32_t statistic_count;
  uint32_t statistics_offset; /* struct vitals_statistic for each descriptor */
  uint32_t word_count;        /* of one copy of the values */
  uint32_t reserved;
};

/* The fields that a KVM descriptor lacks. */
struct vitals_statistic {
  uint32_t flags;
  uint32_t kind;           /* enum vitals_kind; in KVM's descriptor a state is an instant value */
  uint32_t meaning_offset; /* one sentence; 0: none */
  uint32_t reserved;
  /* revision 2 */
  uint32_t states_offset;  /* the names of a state's values 0, 1, .., contiguous */
  uint32_t states_count;
  uint32_t reserved2[2];
};

struct vitals_source {
  struct vitals_block block;
  uint64_t parent;          /* the id of a source; 0: none */
  uint64_t created_ns;
  uint64_t status;
  uint64_t status_since_ns;
  uint32_t owner;           /* user id; UINT32_MAX: no owner */
  uint32_t name_offset;
  uint32_t keys_offset;     /* key, value, key, value, .. */
  uint32_t keys_count;      /* of pairs */
};

/* Of two blocks of one source, the one with the greater id applies. */
struct vitals_labels {
  struct vitals_block block;
  uint64_t source;
  uint32_t labels_offset; /* key, value, key, value, .. */
  uint32_t labels_count;  /* of pairs */
};

struct vitals_group {
  struct vitals_block block;
  uint64_t source;
  uint64_t schema;
  uint64_t values;    /* offset of the first copy in the table or in the on-demand segment */
  uint64_t stride;    /* the distance between copies */
  uint32_t copies;    /* 1: relaxed; 2, 4, ..: latched */
  uint32_t word_count;
  uint32_t flags;     /* enum vitals_group_flag */
  uint32_t name_offset;
  uint64_t start_ns;  /* the start time of counting; increases with each reset */
  uint64_t index;     /* the number of updates; selects the complete copy */
  uint64_t status;
  uint64_t status_since_ns;
  uint64_t demand;    /* the number of readers that have enabled an on-demand group */
};

struct vitals_copy {
  uint64_t begin_ns;  /* the window in which the words were true; 0, 0: the time of reading */
  uint64_t end_ns;
  /* the words */
};

/* The operations of messages on the broker's socket (SOCK_SEQPACKET). */
enum vitals_operation {
  VITALS_ACQUIRE = 1, /* the reply has the descriptors of the table and of any on-demand segment */
  VITALS_ENABLE = 2,  /* ids of groups follow; the reply has the descriptor of the segment */
  VITALS_DISABLE = 3, /* ids of groups follow */
  VITALS_CHANGED = 4  /* from the publisher: a new generation or on-demand segment */
};
enum { VITALS_MESSAGE_MAGIC = 0x314c5456 /* "VTL1" */, VITALS_MESSAGE_IDS = 512 };

struct vitals_message {
  uint32_t magic;
  uint32_t operation;
  int32_t error;         /* of a reply: an errno value */
  uint32_t count;        /* of ids that follow, or of groups found */
  uint64_t annex_serial; /* of a reply: the serial of the on-demand segment; 0: none */
};

#define VITALS_SIZE(type, bytes) static_assert(sizeof(struct type) == (bytes), #type " changed")
#define VITALS_PLACE(type, field, at) \
  static_assert(offsetof(struct type, field) == (at), #type "." #field " moved")

VITALS_SIZE(vitals_header, 176);
VITALS_PLACE(vitals_header, byte_order, 8);
VITALS_PLACE(vitals_header, header_size, 16);
VITALS_PLACE(vitals_header, copy_size, 44);
VITALS_PLACE(vitals_header, first_block, 48);
VITALS_PLACE(vitals_header, used, 56);
VITALS_PLACE(vitals_header, generation, 64);
VITALS_PLACE(vitals_header, instance, 72);
VITALS_PLACE(vitals_header, boot_id, 88);
VITALS_PLACE(vitals_header, created_ns, 104);
VITALS_PLACE(vitals_header, heartbeat_ns, 112);
VITALS_PLACE(vitals_header, pid, 128);
VITALS_PLACE(vitals_header, state, 136);
VITALS_PLACE(vitals_header, annex_serial, 144);
VITALS_PLACE(vitals_header, created_wall_ns, 160);
VITALS_PLACE(vitals_header, readers, 168);
VITALS_SIZE(vitals_block, 24);
VITALS_PLACE(vitals_block, kind, 16);
VITALS_SIZE(vitals_schema, 48);
VITALS_PLACE(vitals_schema, kvm_offset, 24);
VITALS_PLACE(vitals_schema, word_count, 40);
VITALS_SIZE(vitals_statistic, 32);
VITALS_PLACE(vitals_statistic, meaning_offset, 8);
VITALS_PLACE(vitals_statistic, states_offset, 16);
VITALS_SIZE(vitals_source, 72);
VITALS_PLACE(vitals_source, status, 40);
VITALS_PLACE(vitals_source, keys_count, 68);
VITALS_SIZE(vitals_labels, 40);
VITALS_SIZE(vitals_group, 112);
VITALS_PLACE(vitals_group, values, 40);
VITALS_PLACE(vitals_group, copies, 56);
VITALS_PLACE(vitals_group, start_ns, 72);
VITALS_PLACE(vitals_group, index, 80);
VITALS_PLACE(vitals_group, demand, 104);
VITALS_SIZE(vitals_copy, 16);
VITALS_SIZE(vitals_message, 24);

/* Offsets of fields that change during reads, for languages without offsetof. */
#define VITALS_OFFSET(type, field) ((int)offsetof(struct type, field))
enum {
  VITALS_HEADER_USED = VITALS_OFFSET(vitals_header, used),
  VITALS_HEADER_GENERATION = VITALS_OFFSET(vitals_header, generation),
  VITALS_HEADER_INSTANCE = VITALS_OFFSET(vitals_header, instance),
  VITALS_HEADER_BOOT_ID = VITALS_OFFSET(vitals_header, boot_id),
  VITALS_HEADER_HEARTBEAT = VITALS_OFFSET(vitals_header, heartbeat_ns),
  VITALS_HEADER_STATE = VITALS_OFFSET(vitals_header, state),
  VITALS_HEADER_ANNEX_SERIAL = VITALS_OFFSET(vitals_header, annex_serial),
  VITALS_HEADER_ANNEX_SIZE = VITALS_OFFSET(vitals_header, annex_size),
  VITALS_HEADER_READERS = VITALS_OFFSET(vitals_header, readers),
  VITALS_BLOCK_ID = VITALS_OFFSET(vitals_block, id),
  VITALS_BLOCK_SIZE = VITALS_OFFSET(vitals_block, size),
  VITALS_BLOCK_KIND = VITALS_OFFSET(vitals_block, kind),
  VITALS_SOURCE_STATUS = VITALS_OFFSET(vitals_source, status),
  VITALS_SOURCE_STATUS_SINCE = VITALS_OFFSET(vitals_source, status_since_ns),
  VITALS_GROUP_VALUES = VITALS_OFFSET(vitals_group, values),
  VITALS_GROUP_START = VITALS_OFFSET(vitals_group, start_ns),
  VITALS_GROUP_INDEX = VITALS_OFFSET(vitals_group, index),
  VITALS_GROUP_STATUS = VITALS_OFFSET(vitals_group, status),
  VITALS_GROUP_STATUS_SINCE = VITALS_OFFSET(vitals_group, status_since_ns),
  VITALS_GROUP_DEMAND = VITALS_OFFSET(vitals_group, demand),
  VITALS_COPY_BEGIN = VITALS_OFFSET(vitals_copy, begin_ns),
  VITALS_COPY_END = VITALS_OFFSET(vitals_copy, end_ns)
};

/* MARK: Words shared with other processes */

static inline uint64_t vitals_load(const uint64_t *word) {
  return __atomic_load_n(word, __ATOMIC_RELAXED);
}
static inline uint64_t vitals_load_acquire(const uint64_t *word) {
  return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}
static inline void vitals_store(uint64_t *word, uint64_t value) {
  __atomic_store_n(word, value, __ATOMIC_RELAXED);
}
static inline void vitals_store_release(uint64_t *word, uint64_t value) {
  __atomic_store_n(word, value, __ATOMIC_RELEASE);
}

/* ThreadSanitizer does not support fences, so that builds for it omit the fences. This hides no
   race, because all accesses are atomic. */
#if defined(__SANITIZE_THREAD__)
#define VITALS_THREAD_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define VITALS_THREAD_SANITIZER 1
#endif
#endif
#if defined(VITALS_THREAD_SANITIZER)
#define VITALS_FENCE(order) __asm__ volatile("" ::: "memory")
#else
#define VITALS_FENCE(order) __atomic_thread_fence(order)
#endif

/* The assembler constraint for a 16-byte register. */
#if defined(__SSE2__)
#define VITALS_VECTOR(value) "+x"(value)
#elif defined(__aarch64__)
#define VITALS_VECTOR(value) "+w"(value)
#endif

/*
 * Copies words while another process might write them. The function reads each word once and whole,
 * in an undefined order. It copies two words at a time. A copy by single words would take 2.5 times
 * as long as memcpy, and memcpy does not guarantee that words are read whole. On every CPU with
 * 16-byte vectors, a vector load reads aligned words whole.
 */
static inline void vitals_copy_words(uint64_t *to, const uint64_t *from, uint64_t count) {
  uint64_t word = 0;
#if defined(VITALS_VECTOR) && !defined(VITALS_THREAD_SANITIZER)
  typedef uint64_t pair __attribute__((vector_size(16), aligned(8), may_alias));
  for (; count - word >= 8; word += 8) {
    pair first = *(const pair *)(const void *)(from + word);
    pair second = *(const pair *)(const void *)(from + word + 2);
    pair third = *(const pair *)(const void *)(from + word + 4);
    pair fourth = *(const pair *)(const void *)(from + word + 6);
    /* Prevents the compiler from replacing the loop by memcpy. */
    __asm__ volatile("" : VITALS_VECTOR(first), VITALS_VECTOR(second), VITALS_VECTOR(third),
                          VITALS_VECTOR(fourth) : : "memory");
    *(pair *)(void *)(to + word) = first;
    *(pair *)(void *)(to + word + 2) = second;
    *(pair *)(void *)(to + word + 4) = third;
    *(pair *)(void *)(to + word + 6) = fourth;
  }
#endif
  for (; word < count; word++) to[word] = vitals_load(from + word);
}

/*
 * Copies words of a latched group. It is not necessary to read the words whole: the caller must
 * compare the group's index afterwards, and discard the copy if the index has changed too much.
 */
static inline void vitals_copy_latched(uint64_t *to, const uint64_t *from, uint64_t count) {
#if defined(VITALS_THREAD_SANITIZER)
  vitals_copy_words(to, from, count);
#else
  memcpy(to, from, (size_t)(count * sizeof *to));
#endif
}

static inline uint64_t vitals_round_up(uint64_t size) {
  return (size + VITALS_ALIGNMENT - 1) / VITALS_ALIGNMENT * VITALS_ALIGNMENT;
}

/* MARK: Counting, by one or several writers */

/* Adds 1. A word must have only one writer at a time. */
static inline void vitals_bump(uint64_t *word) {
  uint64_t value = vitals_load(word);
  if (value < VITALS_SATURATED) vitals_store(word, value + 1);
}

/* Adds `amount`; the sum stops at VITALS_SATURATED. Any number of writers can call this at once. */
static inline void vitals_add(uint64_t *word, uint64_t amount) {
  uint64_t value = vitals_load(word);
  if (value < 1ULL << 62 && amount < 1ULL << 32) {
    __atomic_fetch_add(word, amount, __ATOMIC_RELAXED);
    return;
  }
  uint64_t next;
  do {
    if (value >= VITALS_SATURATED) return;
    next = amount > VITALS_SATURATED - value ? VITALS_SATURATED : value + amount;
  } while (!__atomic_compare_exchange_n(word, &value, next, 1, __ATOMIC_RELAXED,
                                        __ATOMIC_RELAXED));
}

/* The bucket of a log histogram: {0}, {1}, [2, 3], [4, 7], ..; the last one has no upper bound. */
static inline uint32_t vitals_log_bucket(uint64_t value, uint32_t count) {
  uint32_t bucket = value == 0 ? 0 : 64 - (uint32_t)__builtin_clzll(value);
  return bucket < count ? bucket : count - 1;
}

/* The bucket of a linear histogram; the last one has no upper bound. */
static inline uint32_t vitals_linear_bucket(uint64_t value, uint32_t width, uint32_t count) {
  uint64_t bucket = width ? value / width : 0;
  return bucket < count ? (uint32_t)bucket : count - 1;
}

/* MARK: Latched updates, by one writer at a time */

/*
 * Describes the location of a group's values to the writer of the group.
 *   index  the number of updates so far, as in the group
 */
struct vitals_writer {
  struct vitals_group *group;
  unsigned char *values;
  uint64_t stride;
  uint64_t index;
  uint32_t mask;
};

/*
 * Begins an update and returns the words of the next copy. The words still contain an earlier
 * update, so that the caller must store all of the words, with vitals_store.
 */
static inline uint64_t *vitals_update_begin(struct vitals_writer *writer) {
  uint64_t next = (writer->index + 1) & writer->mask;
  unsigned char *copy = writer->values + next * writer->stride;
  /* Orders the previous increment of the index before the stores to this copy. A reader that sees
     one of these stores therefore also sees the new index, and discards the words. */
  VITALS_FENCE(__ATOMIC_RELEASE);
  return (uint64_t *)(void *)(copy + sizeof(struct vitals_copy));
}

/*
 * Stores the window of an update. Call this function in every update; otherwise the copy keeps the
 * window of an earlier update.
 */
static inline void vitals_update_window(uint64_t *words, uint64_t begin_ns, uint64_t end_ns) {
  struct vitals_copy *copy =
      (struct vitals_copy *)(void *)((unsigned char *)words - sizeof(struct vitals_copy));
  vitals_store(&copy->begin_ns, begin_ns);
  vitals_store(&copy->end_ns, end_ns);
}

/* Ends an update: the filled copy becomes the complete one. */
static inline void vitals_update_end(struct vitals_writer *writer) {
  writer->index += 1;
  /* Release: orders the words before the index that publishes them. */
  vitals_store_release(&writer->group->index, writer->index);
}

/* MARK: Publishing, by one thread at a time */

/*
 * Holds what the publisher needs to add blocks to its table.
 *   memory    the start of the table: mapped for writing, page-aligned, initially zero
 *   capacity  the number of usable bytes; extend the file before you increase this value
 */
struct vitals_publisher {
  unsigned char *memory;
  uint64_t capacity;
  uint64_t last_id;
};

/* The definition of a statistic; zero is a valid default for all fields except the name. */
struct vitals_definition {
  const char *name;
  uint32_t kind;
  uint32_t unit;
  uint32_t base;
  int32_t exponent;
  uint32_t size;        /* words, up to 65,535; 0 means 1 */
  uint32_t bucket_size; /* of a linear histogram */
  uint32_t flags;       /* enum vitals_statistic_flag */
  const char *meaning;
  const char *const *states;
  uint32_t states_count;
};

static inline struct vitals_header *vitals_table_header(struct vitals_publisher *publisher) {
  return (struct vitals_header *)(void *)publisher->memory;
}

/*
 * Creates an empty table. Returns 0, or -1 if the capacity is too small. Afterwards the caller must
 * set the instance, boot id, pid, owner and created_wall_ns, and then call vitals_table_open.
 */
static inline int vitals_table_init(struct vitals_publisher *publisher, void *memory,
                                    uint64_t capacity, uint64_t now_ns) {
  uint64_t first = vitals_round_up(sizeof(struct vitals_header));
  if (capacity < first) return -1;
  publisher->memory = (unsigned char *)memory;
  publisher->capacity = capacity;
  publisher->last_id = 0;
  struct vitals_header *header = vitals_table_header(publisher);
  header->byte_order = VITALS_BYTE_ORDER;
  header->revision = VITALS_REVISION;
  header->header_size = sizeof(struct vitals_header);
  header->block_size = sizeof(struct vitals_block);
  header->schema_size = sizeof(struct vitals_schema);
  header->statistic_size = sizeof(struct vitals_statistic);
  header->source_size = sizeof(struct vitals_source);
  header->labels_size = sizeof(struct vitals_labels);
  header->group_size = sizeof(struct vitals_group);
  header->copy_size = sizeof(struct vitals_copy);
  header->first_block = first;
  header->used = first;
  header->created_ns = now_ns;
  header->heartbeat_ns = now_ns;
  return 0;
}

/* Makes the table visible to readers: stores the magic, after all other fields of the header. */
static inline void vitals_table_open(struct vitals_publisher *publisher) {
  struct vitals_header *header = vitals_table_header(publisher);
  uint64_t magic;
  header->state = VITALS_LIVE;
  memcpy(&magic, VITALS_MAGIC, sizeof magic);
  /* Release: orders the stores to the header before the store of the magic. */
  vitals_store_release((uint64_t *)(void *)header->magic, magic);
}

/* Increments the generation, so that readers read the blocks again. */
static inline void vitals_table_changed(struct vitals_publisher *publisher) {
  __atomic_fetch_add(&vitals_table_header(publisher)->generation, 1, __ATOMIC_RELEASE);
}

/* Returns a free or new block of `size` bytes, rounded up, or NULL if the table has no room. All
   fields of the block are zero except for its size. */
static inline struct vitals_block *vitals_block_take(struct vitals_publisher *publisher,
                                                     uint64_t size) {
  struct vitals_header *header = vitals_table_header(publisher);
  uint64_t whole = vitals_round_up(size);
  struct vitals_block *block;
  for (uint64_t at = header->first_block; at < header->used; at += block->size) {
    block = (struct vitals_block *)(void *)(publisher->memory + at);
    if (block->id != 0 || block->size != whole) continue;
    /* Orders the cleared id before the stores that overwrite the block. */
    VITALS_FENCE(__ATOMIC_RELEASE);
    for (uint64_t word = 2; word < whole / 8; word++)
      vitals_store((uint64_t *)(void *)block + word, 0);
    return block;
  }
  if (whole > publisher->capacity - header->used) return NULL;
  block = (struct vitals_block *)(void *)(publisher->memory + header->used);
  block->size = whole;
  /* Release: orders the block's size before `used`, which makes the block visible. */
  vitals_store_release(&header->used, header->used + whole);
  return block;
}

/* Publishes a filled block: stores its id. Returns the id. */
static inline uint64_t vitals_block_publish(struct vitals_publisher *publisher,
                                            struct vitals_block *block, uint32_t kind) {
  block->kind = kind;
  publisher->last_id += 1;
  /* Release: orders the contents before the id that makes them valid. */
  vitals_store_release(&block->id, publisher->last_id);
  vitals_table_changed(publisher);
  return publisher->last_id;
}

/* Removes a block. Before you remove a source, remove its groups. */
static inline void vitals_block_remove(struct vitals_publisher *publisher,
                                       struct vitals_block *block) {
  vitals_store_release(&block->id, 0);
  vitals_table_changed(publisher);
}

/* Copies a text into a block at offset *at and advances *at. Returns the offset of the text. */
static inline uint32_t vitals_text_put(struct vitals_block *block, uint64_t *at,
                                       const char *text) {
  uint32_t place = (uint32_t)*at;
  memcpy((unsigned char *)block + *at, text, strlen(text) + 1);
  *at += strlen(text) + 1;
  return place;
}

static inline void vitals_put32(unsigned char *bytes, uint32_t value) {
  memcpy(bytes, &value, sizeof value);
}
static inline void vitals_put16(unsigned char *bytes, uint32_t value) {
  uint16_t half = (uint16_t)value;
  memcpy(bytes, &half, sizeof half);
}

/*
 * Publishes a schema with contiguous words. Returns the id of the schema, or 0 if the table has no
 * room or if KVM's descriptor cannot represent the size of a statistic.
 */
static inline uint64_t vitals_schema_add(struct vitals_publisher *publisher, const char *id,
                                         const struct vitals_definition *definitions,
                                         uint32_t count) {
  uint64_t name_size = strlen(id) + 1, texts = 1;
  for (uint32_t index = 0; index < count; index++) {
    const struct vitals_definition *definition = &definitions[index];
    uint64_t length = strlen(definition->name) + 1;
    if (length > name_size) name_size = length;
    if (definition->size > UINT16_MAX) return 0;
    if (definition->meaning) texts += strlen(definition->meaning) + 1;
    for (uint32_t state = 0; state < definition->states_count; state++)
      texts += strlen(definition->states[state]) + 1;
  }
  name_size = (name_size + 7) / 8 * 8;
  uint64_t kvm = sizeof(struct vitals_schema);
  uint64_t kvm_size = 24 + name_size + count * (16 + name_size);
  uint64_t statistics = kvm + kvm_size;
  uint64_t at = statistics + count * sizeof(struct vitals_statistic);
  struct vitals_block *block = vitals_block_take(publisher, at + texts);
  if (!block) return 0;
  struct vitals_schema *schema = (struct vitals_schema *)(void *)block;
  unsigned char *bytes = (unsigned char *)block;
  schema->kvm_offset = (uint32_t)kvm;
  schema->kvm_size = (uint32_t)kvm_size;
  schema->statistic_count = count;
  schema->statistics_offset = (uint32_t)statistics;
  vitals_put32(bytes + kvm + 4, (uint32_t)name_size);
  vitals_put32(bytes + kvm + 8, count);
  vitals_put32(bytes + kvm + 12, 24);
  vitals_put32(bytes + kvm + 16, (uint32_t)(24 + name_size));
  vitals_put32(bytes + kvm + 20, (uint32_t)kvm_size);
  memcpy(bytes + kvm + 24, id, strlen(id));
  uint32_t words = 0;
  for (uint32_t index = 0; index < count; index++) {
    const struct vitals_definition *definition = &definitions[index];
    unsigned char *descriptor = bytes + kvm + 24 + name_size + index * (16 + name_size);
    uint32_t kind = definition->kind;
    if (kind > VITALS_LOG_HISTOGRAM) kind = VITALS_INSTANT;
    uint32_t size = definition->size ? definition->size : 1;
    vitals_put32(descriptor, kind | definition->unit << 4 | definition->base << 8);
    vitals_put16(descriptor + 4, (uint32_t)definition->exponent);
    vitals_put16(descriptor + 6, size);
    vitals_put32(descriptor + 8, words * 8);
    vitals_put32(descriptor + 12, definition->bucket_size);
    memcpy(descriptor + 16, definition->name, strlen(definition->name));
    struct vitals_statistic *extra =
        (struct vitals_statistic *)(void *)(bytes + statistics) + index;
    extra->flags = definition->flags;
    extra->kind = definition->kind;
    if (definition->meaning)
      extra->meaning_offset = vitals_text_put(block, &at, definition->meaning);
    if (definition->states_count) extra->states_offset = (uint32_t)at;
    extra->states_count = definition->states_count;
    for (uint32_t state = 0; state < definition->states_count; state++)
      vitals_text_put(block, &at, definition->states[state]);
    words += size;
  }
  schema->word_count = words;
  return vitals_block_publish(publisher, block, VITALS_SCHEMA);
}

/* Publishes a source without keys. Returns the id of the source, or 0 if the table has no room. */
static inline uint64_t vitals_source_add(struct vitals_publisher *publisher, const char *name,
                                         uint64_t parent, uint64_t now_ns) {
  uint64_t at = sizeof(struct vitals_source);
  struct vitals_block *block = vitals_block_take(publisher, at + strlen(name) + 1);
  if (!block) return 0;
  struct vitals_source *source = (struct vitals_source *)(void *)block;
  source->parent = parent;
  source->created_ns = now_ns;
  source->owner = UINT32_MAX;
  source->name_offset = vitals_text_put(block, &at, name);
  return vitals_block_publish(publisher, block, VITALS_SOURCE);
}

/*
 * Publishes a group of `word_count` words, which are zero. Returns the id of the group, or 0 if the
 * table has no room or if `copies` is invalid. Fills *writer for updates.
 *   copies  1 for a relaxed group; 2 or a higher power of two for a latched group
 */
static inline uint64_t vitals_group_add(struct vitals_publisher *publisher, const char *name,
                                        uint64_t source, uint64_t schema, uint32_t word_count,
                                        uint32_t copies, uint64_t now_ns,
                                        struct vitals_writer *writer) {
  uint64_t at = sizeof(struct vitals_group);
  uint64_t values = vitals_round_up(at + strlen(name) + 1);
  uint64_t stride = vitals_round_up(sizeof(struct vitals_copy) + 8 * (uint64_t)word_count);
  if (copies == 0 || (copies & (copies - 1))) return 0;
  struct vitals_block *block = vitals_block_take(publisher, values + stride * copies);
  if (!block) return 0;
  struct vitals_group *group = (struct vitals_group *)(void *)block;
  group->source = source;
  group->schema = schema;
  group->values = (uint64_t)((unsigned char *)block - publisher->memory) + values;
  group->stride = stride;
  group->copies = copies;
  group->word_count = word_count;
  group->start_ns = now_ns;
  group->name_offset = vitals_text_put(block, &at, name);
  writer->group = group;
  writer->values = (unsigned char *)block + values;
  writer->stride = stride;
  writer->index = 0;
  writer->mask = copies - 1;
  return vitals_block_publish(publisher, block, VITALS_GROUP);
}

/* Returns the address of a word of a relaxed group. */
static inline uint64_t *vitals_word(const struct vitals_writer *writer, uint32_t word) {
  return (uint64_t *)(void *)(writer->values + sizeof(struct vitals_copy)) + word;
}

/* MARK: Reading an untrusted mapping */

enum vitals_outcome {
  VITALS_OK = 0,
  VITALS_END = 1,           /* no further block */
  VITALS_BUSY = -1,         /* updates were faster than the reader */
  VITALS_REMOVED = -2,      /* the block was removed */
  VITALS_NO_TABLE = -3,     /* the memory is too short, or the magic is missing */
  VITALS_FOREIGN = -4,      /* the publisher has another byte order than the reader */
  VITALS_BROKEN = -5,       /* the table contains an invalid size or offset */
  VITALS_ASLEEP = -6        /* the on-demand group is disabled, or its segment is not mapped */
};

/* Describes a mapped table to the functions that read it; contains a checked copy of the header. */
struct vitals_view {
  const unsigned char *memory;
  uint64_t size;
  const unsigned char *annex; /* the on-demand segment; NULL: not mapped */
  uint64_t annex_size;
  uint64_t annex_serial;      /* the serial from the reply with the segment's descriptor */
  struct vitals_header header;
};

/*
 * Copies a structure that has `stored` bytes in the table; missing fields become zero. Each aligned
 * word is read once and whole. The stores use memcpy because `into` points to a structure, not to
 * words (strict aliasing).
 */
static inline void vitals_copy_in(void *into, uint64_t size, const unsigned char *from,
                                  uint64_t stored) {
  unsigned char *to = (unsigned char *)into;
  uint64_t end = size < stored ? size : stored, at = 0;
  if ((uintptr_t)from % 8 == 0) {
    for (; end - at >= 8; at += 8) {
      uint64_t word = vitals_load((const uint64_t *)(const void *)(from + at));
      memcpy(to + at, &word, sizeof word);
    }
  }
  for (; at < end; at++) to[at] = __atomic_load_n(from + at, __ATOMIC_RELAXED);
  memset(to + end, 0, (size_t)(size - end));
}

/* Checks the header of a mapped table and initialises the view. Call this before all functions that
   take a view. */
static inline int vitals_view_open(struct vitals_view *view, const void *memory, uint64_t size) {
  struct vitals_header *header = &view->header;
  uint64_t magic = 0;
  view->memory = (const unsigned char *)memory;
  view->size = size;
  view->annex = NULL;
  view->annex_size = 0;
  view->annex_serial = 0;
  if (size < VITALS_HEADER_MINIMUM) return VITALS_NO_TABLE;
  memcpy(&magic, VITALS_MAGIC, sizeof magic);
  /* Acquire: orders the load of the magic before the loads of the header. */
  if (vitals_load_acquire((const uint64_t *)memory) != magic) return VITALS_NO_TABLE;
  vitals_copy_in(header, 24, view->memory, 24);
  if (header->byte_order != VITALS_BYTE_ORDER) return VITALS_FOREIGN;
  uint64_t stored = header->header_size;
  if (stored < VITALS_HEADER_MINIMUM || stored > size) return VITALS_BROKEN;
  vitals_copy_in(header, sizeof *header, view->memory, stored);
  /* A hostile publisher might have changed the header between the two copies. */
  if (header->byte_order != VITALS_BYTE_ORDER || header->header_size != stored)
    return VITALS_BROKEN;
  if (header->block_size != sizeof(struct vitals_block) ||
      header->schema_size < VITALS_SCHEMA_MINIMUM ||
      header->statistic_size < VITALS_STATISTIC_MINIMUM ||
      header->source_size < VITALS_SOURCE_MINIMUM ||
      header->labels_size < VITALS_LABELS_MINIMUM ||
      header->group_size < VITALS_GROUP_MINIMUM || header->copy_size < VITALS_COPY_MINIMUM)
    return VITALS_BROKEN;
  if ((header->header_size | header->schema_size | header->statistic_size |
       header->source_size | header->labels_size | header->group_size | header->copy_size) % 8)
    return VITALS_BROKEN;
  if (header->first_block < header->header_size || header->first_block % VITALS_ALIGNMENT)
    return VITALS_BROKEN;
  return header->first_block <= size ? VITALS_OK : VITALS_BROKEN;
}

/*
 * Finds the next block in use at or after the offset *at. Set *at to 0 for the first call. If the
 * function returns VITALS_OK, *at is the offset of the block, and `block` is a copy of its head.
 * Add block->size to *at for the next call. The function returns VITALS_END after the last block,
 * and at a block that is not completely mapped. If header->used exceeds view->size, the table has
 * grown: map the table again.
 */
static inline int vitals_block_next(const struct vitals_view *view, uint64_t *at,
                                    struct vitals_block *block) {
  const struct vitals_header *header = (const struct vitals_header *)(const void *)view->memory;
  /* Acquire: orders the load of `used` before the loads of the blocks below it. */
  uint64_t used = vitals_load_acquire(&header->used);
  uint64_t end = used < view->size ? used : view->size;
  if (*at == 0) *at = view->header.first_block;
  while (*at < end && end - *at >= sizeof *block) {
    const unsigned char *place = view->memory + *at;
    /* Acquire: orders the id before the contents that it makes valid. */
    uint64_t id = vitals_load_acquire((const uint64_t *)(const void *)place);
    vitals_copy_in(block, sizeof *block, place, sizeof *block);
    block->id = id;
    if (block->size < VITALS_ALIGNMENT || block->size % VITALS_ALIGNMENT ||
        block->size > used - *at)
      return VITALS_BROKEN;
    if (block->size > end - *at) return VITALS_END;
    if (id != 0) return VITALS_OK;
    *at += block->size;
  }
  return VITALS_END;
}

/* Returns whether a block still has this id. Call this after you have read bytes of the block: they
   are consistent only if the result is true. */
static inline int vitals_block_holds(const struct vitals_view *view, uint64_t at, uint64_t id) {
  /* Orders the reads of the block before this load of its id. */
  VITALS_FENCE(__ATOMIC_ACQUIRE);
  return vitals_load((const uint64_t *)(const void *)(view->memory + at)) == id;
}

/*
 * Copies `stored` bytes at `offset` in a block into a structure of `size` bytes. Returns VITALS_OK,
 * or VITALS_BROKEN if the block does not contain these bytes. Call vitals_block_holds afterwards.
 */
static inline int vitals_block_read(const struct vitals_view *view, uint64_t at,
                                    const struct vitals_block *block, uint64_t offset, void *into,
                                    uint64_t size, uint64_t stored) {
  if (offset > block->size || stored > block->size - offset) return VITALS_BROKEN;
  vitals_copy_in(into, size, view->memory + at + offset, stored);
  return VITALS_OK;
}

/*
 * Copies a text of a block. Returns the length of the text, or UINT64_MAX if the block does not
 * contain the whole text with its NUL. A text longer than `capacity` - 1 is cut, as by snprintf.
 * The copy is necessary because the publisher might overwrite the NUL at any time. Call
 * vitals_block_holds afterwards.
 */
static inline uint64_t vitals_text(const struct vitals_view *view, uint64_t at,
                                   const struct vitals_block *block, uint64_t offset, char *into,
                                   uint64_t capacity) {
  const unsigned char *text = view->memory + at + offset;
  if (capacity > 0) into[0] = 0;
  if (offset < sizeof *block) return UINT64_MAX;
  for (uint64_t length = 0; offset + length < block->size; length++) {
    char byte = (char)__atomic_load_n(text + length, __ATOMIC_RELAXED);
    if (length < capacity) into[length] = length + 1 < capacity ? byte : 0;
    if (byte == 0) return length;
  }
  if (capacity > 0) into[0] = 0;
  return UINT64_MAX;
}

/*
 * Copies the first `count` words and the window of the group with id `id` at offset `at`. Returns
 * VITALS_BROKEN if the group has fewer than `count` words. Makes at most eight attempts. Returns
 * VITALS_BUSY if updates disturbed every attempt.
 */
static inline int vitals_sample(const struct vitals_view *view, uint64_t at, uint64_t id,
                                uint64_t *words, uint32_t count, struct vitals_copy *window) {
  struct vitals_group group;
  if (at > view->size || view->size - at < view->header.group_size) return VITALS_BROKEN;
  const unsigned char *place = view->memory + at;
  const struct vitals_group *live = (const struct vitals_group *)(const void *)place;
  const struct vitals_header *header = (const struct vitals_header *)(const void *)view->memory;
  vitals_copy_in(&group, sizeof group, place, view->header.group_size);
  if (!vitals_block_holds(view, at, id)) return VITALS_REMOVED;
  const unsigned char *base = view->memory;
  uint64_t size = view->size;
  if (group.flags & VITALS_ON_DEMAND) {
    if (!view->annex || group.demand == 0) return VITALS_ASLEEP;
    base = view->annex;
    size = view->annex_size;
  }
  uint64_t length = view->header.copy_size + 8 * (uint64_t)count;
  if (count > group.word_count || group.copies == 0 || (group.copies & (group.copies - 1)) ||
      group.values % 8 || group.stride % 8 || (group.copies > 1 && group.stride < length) ||
      group.values > size)
    return VITALS_BROKEN;
  uint64_t room = size - group.values;
  if (length > room || (group.stride && group.copies - 1 > (room - length) / group.stride))
    return VITALS_BROKEN;
  for (int attempt = 0; attempt < 8; attempt++) {
    /* Acquire: orders the index before the copy that it selects. */
    uint64_t index = vitals_load_acquire(&live->index);
    const unsigned char *copy =
        base + group.values + (index & (group.copies - 1)) * group.stride;
    const uint64_t *from = (const uint64_t *)(const void *)(copy + view->header.copy_size);
    vitals_copy_in(window, sizeof *window, copy, view->header.copy_size);
    if (group.copies > 1) vitals_copy_latched(words, from, count);
    else vitals_copy_words(words, from, count);
    if (!vitals_block_holds(view, at, id)) return VITALS_REMOVED;
    if (group.flags & VITALS_ON_DEMAND && vitals_load(&header->annex_serial) != view->annex_serial)
      return VITALS_ASLEEP; /* the words are from a segment that is no longer in use */
    if (group.copies == 1 || vitals_load(&live->index) - index < group.copies - 1)
      return VITALS_OK;
  }
  return VITALS_BUSY;
}

#ifdef __cplusplus
}
#endif
#endif
