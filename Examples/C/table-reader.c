/*
 * Prints the contents of a table: docs/table-abi.md.
 *
 *   table-reader FILE
 *
 *   cc -std=c11 -D_GNU_SOURCE -ISources/C/CVitals/include Examples/C/table-reader.c
 *
 * The file may contain arbitrary bytes and change at any time: the program copies all values out
 * of it and checks the copies.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "vitals_table.h"

enum { TEXT = 256, NONE = -1 };

/* A block with its offset; for a source also its labels and groups, set by join(). */
struct entry {
  struct vitals_block block;
  uint64_t at;
  uint64_t source; /* of labels and groups */
  long labels, groups, next;
};

struct table {
  struct vitals_view view;
  struct entry *entries; /* by id */
  size_t count, room;
};

static int read_entry(const struct table *table, const struct entry *entry, uint64_t offset,
                      void *into, uint64_t size, uint64_t stored) {
  return vitals_block_read(&table->view, entry->at, &entry->block, offset, into, size, stored);
}

/* Reads a text and replaces control characters; may cut it. Returns its length, or UINT64_MAX and
   the text "?". */
static uint64_t read_text(const struct table *table, const struct entry *entry, uint64_t offset,
                          char *into) {
  uint64_t length = vitals_text(&table->view, entry->at, &entry->block, offset, into, TEXT);
  if (length == UINT64_MAX) strcpy(into, "?");
  for (char *byte = into; *byte; byte++)
    if ((unsigned char)*byte < ' ' || *byte == 127) *byte = '?';
  return length;
}

static const char *text(const struct table *table, const struct entry *entry, uint64_t offset,
                        char *into) {
  read_text(table, entry, offset, into);
  return into;
}

static void print_pairs(FILE *out, const struct table *table, const struct entry *entry,
                        uint64_t offset, uint32_t count) {
  char word[TEXT];
  for (uint64_t index = 0; index < 2 * (uint64_t)count; index++) {
    uint64_t length = read_text(table, entry, offset, word);
    if (length == UINT64_MAX) return;
    fprintf(out, index % 2 ? "=%s" : " %s", word);
    offset += length + 1;
  }
}

/* A statistic: the fields of struct kvm_stats_desc (linux/kvm.h) and the additional ones. */
struct statistic {
  uint32_t kvm_flags, offset, bucket_size;
  int16_t exponent;
  uint16_t size;
  uint64_t name;
  struct vitals_statistic extra;
};

static int read_statistic(const struct table *table, const struct entry *entry,
                          const struct vitals_schema *schema, uint64_t index,
                          struct statistic *statistic) {
  struct { uint32_t flags, name_size, count, id, descriptors, data; } head;
  struct { uint32_t flags; int16_t exponent; uint16_t size; uint32_t offset, bucket_size; } kvm;
  memset(statistic, 0, sizeof *statistic);
  if (read_entry(table, entry, schema->kvm_offset, &head, sizeof head, sizeof head))
    return VITALS_BROKEN;
  uint64_t at = schema->kvm_offset + (uint64_t)head.descriptors +
                index * (sizeof kvm + (uint64_t)head.name_size);
  if (index >= head.count || read_entry(table, entry, at, &kvm, sizeof kvm, sizeof kvm))
    return VITALS_BROKEN;
  statistic->kvm_flags = kvm.flags;
  statistic->exponent = kvm.exponent;
  statistic->size = kvm.size;
  statistic->offset = kvm.offset;
  statistic->bucket_size = kvm.bucket_size;
  statistic->name = at + sizeof kvm;
  uint64_t stored = table->view.header.statistic_size;
  return read_entry(table, entry, schema->statistics_offset + index * stored, &statistic->extra,
                    sizeof statistic->extra, stored);
}

static const char *name_of(const char *const *names, uint32_t count, uint32_t value, char *into) {
  if (value < count) return names[value];
  snprintf(into, TEXT, "%u", value);
  return into;
}

static const char *outcome_name(int outcome) {
  switch (outcome) {
    case VITALS_OK: return "ok";
    case VITALS_BUSY: return "busy: updates are faster than the reader";
    case VITALS_REMOVED: return "removed";
    case VITALS_NO_TABLE: return "not a table";
    case VITALS_FOREIGN: return "in another byte order";
    case VITALS_ASLEEP: return "on demand, and not enabled by a reader";
    default: return "broken";
  }
}

static void print_value(FILE *out, const struct table *table, const struct entry *schema,
                        const struct statistic *statistic, uint64_t value) {
  char name[TEXT];
  if (statistic->extra.flags & VITALS_SIGNED) {
    if (value == VITALS_INACTIVE_SIGNED)
      fprintf(out, " -");
    else
      fprintf(out, " %lld", (long long)value);
    return;
  }
  if (value == VITALS_INACTIVE) {
    fprintf(out, " -");
    return;
  }
  if (statistic->extra.kind == VITALS_STATE && value < statistic->extra.states_count) {
    uint64_t offset = statistic->extra.states_offset, length = 0;
    for (uint64_t state = 0; state <= value && length != UINT64_MAX; state++) {
      length = read_text(table, schema, offset, name);
      offset += length + 1;
    }
    if (length != UINT64_MAX) {
      fprintf(out, " %s", name);
      return;
    }
  }
  fprintf(out, " %llu", (unsigned long long)value);
}

static void print_statistic(FILE *out, const struct table *table, const struct entry *schema,
                            const struct statistic *statistic, const uint64_t *words,
                            uint64_t count) {
  static const char *const kinds[] = {"cumulative",       "instant",       "peak",
                                      "linear histogram", "log histogram", "state"};
  static const char *const units[] = {"", "bytes", "seconds", "cycles", "boolean"};
  char name[TEXT], kind[TEXT], unit[TEXT];
  fprintf(out, "    %-20s", text(table, schema, statistic->name, name));
  for (uint64_t word = 0; word < statistic->size; word++) {
    uint64_t at = statistic->offset / 8 + word;
    if (at >= count) {
      fprintf(out, " ?");
      break;
    }
    print_value(out, table, schema, statistic, words[at]);
  }
  fprintf(out, " (%s", name_of(kinds, 6, statistic->extra.kind, kind));
  if (statistic->exponent)
    fprintf(out, ", %d^%d", statistic->kvm_flags >> 8 & 15 ? 2 : 10, statistic->exponent);
  uint32_t unit_number = statistic->kvm_flags >> 4 & 15;
  if (unit_number) fprintf(out, ", %s", name_of(units, 5, unit_number, unit));
  if (statistic->bucket_size) fprintf(out, ", buckets of %u", statistic->bucket_size);
  fprintf(out, ")");
  if (statistic->extra.meaning_offset)
    fprintf(out, " %s", text(table, schema, statistic->extra.meaning_offset, name));
  fprintf(out, "\n");
}

static struct entry *find(const struct table *table, uint64_t id, uint32_t kind) {
  size_t low = 0, high = table->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (table->entries[middle].block.id < id)
      low = middle + 1;
    else
      high = middle;
  }
  if (low == table->count || table->entries[low].block.id != id) return NULL;
  return table->entries[low].block.kind == kind ? &table->entries[low] : NULL;
}

static void print_status(FILE *out, uint64_t status) {
  static const char *const names[] = {"up", "stale", "denied", "gone"};
  char name[TEXT];
  if (status == VITALS_UP) return;
  fprintf(out, ", %s", name_of(names, 4, (uint32_t)status, name));
  if (status >> 32) fprintf(out, " (%s)", strerror((int)(status >> 32)));
}

static void print_group(FILE *out, const struct table *table, const struct entry *entry) {
  struct vitals_group group;
  struct vitals_schema schema;
  struct vitals_copy window;
  struct statistic statistic;
  char name[TEXT];
  const struct vitals_header *header = &table->view.header;
  if (read_entry(table, entry, 0, &group, sizeof group, header->group_size)) return;
  fprintf(out, "  %s", text(table, entry, group.name_offset, name));
  const struct entry *schema_entry = find(table, group.schema, VITALS_SCHEMA);
  /* Do not allocate more than the table can contain. */
  uint64_t *words = NULL;
  int outcome = VITALS_BROKEN;
  if (group.word_count <= (table->view.size + table->view.annex_size) / 8)
    words = (uint64_t *)calloc((size_t)group.word_count + 1, sizeof *words);
  if (words)
    outcome = vitals_sample(&table->view, entry->at, entry->block.id, words, group.word_count,
                            &window);
  if (outcome != VITALS_OK)
    fprintf(out, ": %s", outcome_name(outcome));
  else if (window.end_ns)
    fprintf(out, ", true from %.9f to %.9f s", (double)window.begin_ns / 1e9,
            (double)window.end_ns / 1e9);
  print_status(out, group.status);
  fprintf(out, "\n");
  if (outcome == VITALS_OK && schema_entry &&
      !read_entry(table, schema_entry, 0, &schema, sizeof schema, header->schema_size)) {
    for (uint32_t index = 0; index < schema.statistic_count; index++) {
      if (read_statistic(table, schema_entry, &schema, index, &statistic)) break;
      print_statistic(out, table, schema_entry, &statistic, words, group.word_count);
    }
  }
  free(words);
}

static void print_source(FILE *out, const struct table *table, const struct entry *entry) {
  struct vitals_source source;
  struct vitals_labels labels;
  char name[TEXT];
  const struct vitals_header *header = &table->view.header;
  if (read_entry(table, entry, 0, &source, sizeof source, header->source_size)) return;
  fprintf(out, "%s", text(table, entry, source.name_offset, name));
  print_pairs(out, table, entry, source.keys_offset, source.keys_count);
  const struct entry *labelled = entry->labels == NONE ? NULL : &table->entries[entry->labels];
  if (labelled && !read_entry(table, labelled, 0, &labels, sizeof labels, header->labels_size)) {
    fprintf(out, ";");
    print_pairs(out, table, labelled, labels.labels_offset, labels.labels_count);
  }
  print_status(out, source.status);
  fprintf(out, "\n");
  for (long group = entry->groups; group != NONE; group = table->entries[group].next)
    print_group(out, table, &table->entries[group]);
}

static int by_id(const void *left, const void *right) {
  uint64_t a = ((const struct entry *)left)->block.id, b = ((const struct entry *)right)->block.id;
  return a < b ? -1 : a > b;
}

static int append(struct table *table, uint64_t at, const struct vitals_block *block) {
  if (table->count == table->room) {
    size_t room = table->room ? 2 * table->room : 64;
    struct entry *entries = (struct entry *)realloc(table->entries, room * sizeof *entries);
    if (!entries) return VITALS_BROKEN;
    table->entries = entries;
    table->room = room;
  }
  struct entry *entry = &table->entries[table->count];
  memset(entry, 0, sizeof *entry);
  entry->block = *block;
  entry->at = at;
  entry->labels = entry->groups = entry->next = NONE;
  if (block->kind == VITALS_LABELS || block->kind == VITALS_GROUP) {
    /* The id of the source follows the block's head in both structures. */
    if (read_entry(table, entry, sizeof *block, &entry->source, 8, 8)) return VITALS_OK;
  }
  table->count += 1;
  return VITALS_OK;
}

/* Lists the blocks; repeats that at most eight times if they change meanwhile. */
static int list(struct table *table) {
  const struct vitals_header *live =
      (const struct vitals_header *)(const void *)table->view.memory;
  int outcome = VITALS_BUSY;
  for (int attempt = 0; attempt < 8; attempt++) {
    struct vitals_block block;
    /* Acquire: orders the generation before the blocks. */
    uint64_t at = 0, generation = vitals_load_acquire(&live->generation);
    table->count = 0;
    while ((outcome = vitals_block_next(&table->view, &at, &block)) == VITALS_OK) {
      outcome = append(table, at, &block);
      if (outcome != VITALS_OK) break;
      at += block.size;
    }
    /* Orders the reads of the blocks before the second load of the generation. */
    VITALS_FENCE(__ATOMIC_ACQUIRE);
    if (vitals_load(&live->generation) == generation) break;
  }
  return outcome == VITALS_END ? VITALS_OK : outcome;
}

/* Links labels and groups to their sources. Of two label blocks, the greater id applies. */
static void join(struct table *table) {
  if (table->count == 0) return;
  qsort(table->entries, table->count, sizeof *table->entries, by_id);
  for (size_t index = table->count; index-- > 0;) {
    struct entry *entry = &table->entries[index];
    struct entry *source = find(table, entry->source, VITALS_SOURCE);
    if (!source) continue;
    if (entry->block.kind == VITALS_LABELS && source->labels == NONE) source->labels = (long)index;
    if (entry->block.kind != VITALS_GROUP) continue;
    entry->next = source->groups;
    source->groups = (long)index;
  }
}

/* Prints the table in `size` bytes at `memory`. Returns 0, or 1 if it is invalid. */
static int show(FILE *out, const void *memory, uint64_t size) {
  struct table table;
  memset(&table, 0, sizeof table);
  int outcome = vitals_view_open(&table.view, memory, size);
  if (outcome == VITALS_OK) outcome = list(&table);
  if (outcome != VITALS_OK) fprintf(out, "the table is %s\n", outcome_name(outcome));
  join(&table);
  for (size_t index = 0; index < table.count; index++)
    if (table.entries[index].block.kind == VITALS_SOURCE)
      print_source(out, &table, &table.entries[index]);
  free(table.entries);
  return outcome != VITALS_OK;
}

#ifndef WITHOUT_MAIN

static sigjmp_buf shrunk;

static void file_shrank(int signal) {
  (void)signal;
  siglongjmp(shrunk, 1);
}

/* The lock shows whether the publisher exists, the heartbeat whether it is responsive. */
static void print_publisher(int file, const void *memory, uint64_t size) {
  static const char *const states[] = {"preparing", "live", "closed"};
  struct vitals_view view;
  struct flock lock;
  struct timespec time;
  char state[TEXT];
  if (vitals_view_open(&view, memory, size) != VITALS_OK) return;
  memset(&lock, 0, sizeof lock);
  lock.l_type = F_RDLCK;
  lock.l_whence = SEEK_SET;
  int held = fcntl(file, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  clock_gettime(CLOCK_MONOTONIC, &time);
  double now = (double)time.tv_sec + (double)time.tv_nsec / 1e9;
  printf("publisher %u: %s, its lock is %s, last heartbeat %.1f s ago\n", view.header.pid,
         name_of(states, 3, view.header.state, state), held ? "held" : "not held",
         now - (double)view.header.heartbeat_ns / 1e9);
}

int main(int argc, char **argv) {
  struct stat status;
  struct sigaction action;
  if (argc != 2) return fprintf(stderr, "usage: table-reader FILE\n"), 2;
  /* O_NONBLOCK: a pipe at the table's path must not block the reader. */
  int file = open(argv[1], O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (file < 0 || fstat(file, &status) != 0) return perror(argv[1]), 1;
  if (!S_ISREG(status.st_mode) || status.st_size <= 0)
    return fprintf(stderr, "table-reader: '%s' is not a table\n", argv[1]), 1;
  void *memory = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED, file, 0);
  if (memory == MAP_FAILED) return perror(argv[1]), 1;
  memset(&action, 0, sizeof action);
  action.sa_handler = file_shrank;
  sigaction(SIGBUS, &action, NULL);
  if (sigsetjmp(shrunk, 1))
    return fprintf(stderr, "table-reader: '%s' was truncated\n", argv[1]), 1;
  print_publisher(file, memory, (uint64_t)status.st_size);
  return show(stdout, memory, (uint64_t)status.st_size);
}

#endif
