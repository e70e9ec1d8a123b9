/*
 * Prints a table in a stable form, with the header of the revision for which it is compiled:
 *
 *   reader PATH                 all contents
 *   reader PATH --invariant N   N samples of each group that publisher.c updates: ok, busy, torn
 *
 * The line "control" counts samples of the same group without a check of its index. If none is
 * torn, reader and publisher did not run concurrently, and the other lines prove little. Kinds,
 * units, flags and states are shown as numbers, because a reader must keep unknown ones. Exits with
 * 1 if the table is broken or a sample is torn.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vitals_table.h"

/* The preprocessor cannot use an enumerator, so the build script passes the revision again. */
static_assert(VITALS_REVISION == REVISION, "compiled with another revision's header");

enum { TEXT = 200 };

typedef unsigned long long number;

/* A block and its offset. */
struct place {
  const struct vitals_view *view;
  uint64_t at;
  struct vitals_block block;
};

static int read_place(const struct place *place, uint64_t offset, void *into, uint64_t size,
                      uint64_t stored) {
  return vitals_block_read(place->view, place->at, &place->block, offset, into, size, stored);
}

static const char *text_at(const struct place *place, uint64_t offset, char *into) {
  uint64_t length = vitals_text(place->view, place->at, &place->block, offset, into, TEXT);
  if (length == UINT64_MAX) return "(broken)";
  return into;
}

static int holds(const struct place *place) {
  return vitals_block_holds(place->view, place->at, place->block.id);
}

/* Prints keys and values up to the end of the block. */
static void show_pairs(FILE *out, const struct place *place, uint64_t offset, uint32_t count) {
  for (uint64_t index = 0; index < 2 * (uint64_t)count; index++) {
    char text[TEXT];
    uint64_t length = vitals_text(place->view, place->at, &place->block, offset, text, TEXT);
    if (length == UINT64_MAX) {
      fprintf(out, " (broken)");
      return;
    }
    fprintf(out, index % 2 ? "=%s" : " %s", text);
    offset += length + 1;
  }
}

/* A statistic of a schema, from KVM's descriptor and vitals_statistic. */
struct description {
  uint32_t flags, offset, bucket_size;
  int16_t exponent;
  uint16_t size;
  uint64_t name;
  struct vitals_statistic extra;
};

static int describe(const struct place *place, const struct vitals_schema *schema, uint64_t index,
                    struct description *into) {
  uint32_t head[6], descriptor[4];
  memset(into, 0, sizeof *into);
  if (schema->kvm_size < sizeof head || schema->kvm_offset > place->block.size ||
      schema->kvm_size > place->block.size - schema->kvm_offset)
    return VITALS_BROKEN;
  if (read_place(place, schema->kvm_offset, head, sizeof head, sizeof head)) return VITALS_BROKEN;
  uint64_t name_size = head[1], at = head[4] + index * (sizeof descriptor + name_size);
  if (index >= head[2] || at > schema->kvm_size ||
      sizeof descriptor + name_size > schema->kvm_size - at)
    return VITALS_BROKEN;
  at += schema->kvm_offset;
  if (read_place(place, at, descriptor, sizeof descriptor, sizeof descriptor)) return VITALS_BROKEN;
  into->flags = descriptor[0];
  memcpy(&into->exponent, &descriptor[1], 2);
  memcpy(&into->size, (const unsigned char *)&descriptor[1] + 2, 2);
  into->offset = descriptor[2];
  into->bucket_size = descriptor[3];
  into->name = at + sizeof descriptor;
  uint64_t stored = place->view->header.statistic_size;
  return read_place(place, schema->statistics_offset + index * stored, &into->extra,
                    sizeof into->extra, stored);
}

static int read_schema(const struct place *place, struct vitals_schema *schema) {
  return read_place(place, 0, schema, sizeof *schema, place->view->header.schema_size);
}

static void show_schema(FILE *out, const struct place *place) {
  struct vitals_schema schema;
  struct description description;
  char text[TEXT];
  uint32_t head[6];
  if (read_schema(place, &schema) ||
      read_place(place, schema.kvm_offset, head, sizeof head, sizeof head)) {
    fprintf(out, " (broken)\n");
    return;
  }
  fprintf(out, " %s words %u\n", text_at(place, (uint64_t)schema.kvm_offset + head[3], text),
          schema.word_count);
  for (uint32_t index = 0; index < schema.statistic_count; index++) {
    if (describe(place, &schema, index, &description)) {
      fprintf(out, "  (broken)\n");
      return;
    }
    fprintf(out, "  %s kvm 0x%x exponent %d words %u+%u bucket %u",
            text_at(place, description.name, text), description.flags, description.exponent,
            description.offset / 8, description.size, description.bucket_size);
    fprintf(out, " kind %u flags 0x%x", description.extra.kind, description.extra.flags);
#if REVISION >= 2
    if (place->view->header.statistic_size < 24)
      fprintf(out, " states not there");
    else if (description.extra.kind == VITALS_STATE) {
      uint64_t at = description.extra.states_offset;
      fprintf(out, " states");
      for (uint32_t state = 0; state < description.extra.states_count; state++) {
        uint64_t length = vitals_text(place->view, place->at, &place->block, at, text, TEXT);
        if (length == UINT64_MAX) break;
        fprintf(out, " %s", text);
        at += length + 1;
      }
    }
#endif
    if (description.extra.meaning_offset)
      fprintf(out, " \"%s\"", text_at(place, description.extra.meaning_offset, text));
    fprintf(out, "\n");
  }
}

static void show_source(FILE *out, const struct place *place) {
  struct vitals_source source;
  char text[TEXT];
  if (read_place(place, 0, &source, sizeof source, place->view->header.source_size)) {
    fprintf(out, " (broken)\n");
    return;
  }
  fprintf(out, " %s parent %llu created %llu status %u:%u since %llu owner %d keys",
          text_at(place, source.name_offset, text), (number)source.parent,
          (number)source.created_ns, (unsigned)source.status, (unsigned)(source.status >> 32),
          (number)source.status_since_ns, (int)source.owner);
  show_pairs(out, place, source.keys_offset, source.keys_count);
  fprintf(out, "\n");
}

static void show_labels(FILE *out, const struct place *place) {
  struct vitals_labels labels, other;
  struct place next = {place->view, 0, place->block};
  if (read_place(place, 0, &labels, sizeof labels, place->view->header.labels_size)) {
    fprintf(out, " (broken)\n");
    return;
  }
  fprintf(out, " source %llu", (number)labels.source);
  for (; vitals_block_next(next.view, &next.at, &next.block) == VITALS_OK;
       next.at += next.block.size) {
    if (next.block.kind != VITALS_LABELS || next.block.id <= place->block.id) continue;
    if (!read_place(&next, 0, &other, sizeof other, next.view->header.labels_size) &&
        other.source == labels.source) {
      fprintf(out, " superseded by %llu", (number)next.block.id);
      break;
    }
  }
  show_pairs(out, place, labels.labels_offset, labels.labels_count);
  fprintf(out, "\n");
}

static int find(struct place *place, uint64_t id, uint32_t kind) {
  for (place->at = 0; vitals_block_next(place->view, &place->at, &place->block) == VITALS_OK;
       place->at += place->block.size)
    if (place->block.id == id && place->block.kind == kind) return 1;
  return 0;
}

static const char *outcome_name(int outcome) {
  switch (outcome) {
    case VITALS_OK: return "ok";
    case VITALS_BUSY: return "busy";
    case VITALS_REMOVED: return "removed";
    case VITALS_ASLEEP: return "asleep";
    default: return "broken";
  }
}

static void show_values(FILE *out, const struct place *schema_place,
                        const struct vitals_schema *schema, const uint64_t *words,
                        uint32_t count) {
  struct description description;
  char text[TEXT];
  for (uint32_t index = 0; index < schema->statistic_count; index++) {
    if (describe(schema_place, schema, index, &description)) return;
    fprintf(out, "  %s", text_at(schema_place, description.name, text));
    for (uint32_t word = 0; word < description.size; word++) {
      uint64_t at = description.offset / 8 + (uint64_t)word;
      if (at >= count) {
        fprintf(out, " (broken)");
        break;
      }
      if (description.extra.flags & VITALS_SIGNED) {
        if (words[at] == VITALS_INACTIVE_SIGNED)
          fprintf(out, " -");
        else
          fprintf(out, " %lld", (long long)words[at]);
      } else if (words[at] == VITALS_INACTIVE) {
        fprintf(out, " -");
      } else {
        fprintf(out, " %llu", (number)words[at]);
      }
    }
    fprintf(out, "\n");
  }
}

static void show_group(FILE *out, const struct place *place) {
  const struct vitals_view *view = place->view;
  struct vitals_group group;
  struct vitals_copy window;
  struct vitals_schema schema;
  struct place schema_place = {view, 0, place->block};
  char text[TEXT];
  if (read_place(place, 0, &group, sizeof group, view->header.group_size)) {
    fprintf(out, " (broken)\n");
    return;
  }
  fprintf(out, " %s source %llu schema %llu copies %u words %u flags 0x%x",
          text_at(place, group.name_offset, text), (number)group.source, (number)group.schema,
          group.copies, group.word_count, group.flags);
  fprintf(out, " start %llu updates %llu status %u:%u since %llu demand %llu\n",
          (number)group.start_ns, (number)group.index, (unsigned)group.status,
          (unsigned)(group.status >> 32), (number)group.status_since_ns, (number)group.demand);
  /* Do not allocate more than the table can contain. */
  uint32_t count = group.word_count > view->size / 8 ? UINT32_MAX : group.word_count;
  uint64_t *words = (uint64_t *)calloc(count == UINT32_MAX ? 1 : count + 1, sizeof *words);
  if (!words) abort();
  int outcome = count == UINT32_MAX
                    ? (int)VITALS_BROKEN
                    : vitals_sample(view, place->at, place->block.id, words, count, &window);
  fprintf(out, "  sample %s", outcome_name(outcome));
  if (outcome == VITALS_OK)
    fprintf(out, " window %llu %llu", (number)window.begin_ns, (number)window.end_ns);
  fprintf(out, "\n");
  if (outcome == VITALS_OK && find(&schema_place, group.schema, VITALS_SCHEMA) &&
      !read_schema(&schema_place, &schema))
    show_values(out, &schema_place, &schema, words, count);
  free(words);
}

static void show_header(FILE *out, const struct vitals_view *view) {
  const struct vitals_header *header = &view->header;
  fprintf(out, "table revision %u state %u pid %u owner %u generation %llu\n", header->revision,
          header->state, header->pid, header->owner, (number)header->generation);
  fprintf(out, "sizes header %u block %u schema %u statistic %u source %u labels %u",
          header->header_size, header->block_size, header->schema_size, header->statistic_size,
          header->source_size, header->labels_size);
  fprintf(out, " group %u copy %u\ninstance ", header->group_size, header->copy_size);
  for (int index = 0; index < 16; index++) fprintf(out, "%02x", header->instance[index]);
  fprintf(out, " boot ");
  for (int index = 0; index < 16; index++) fprintf(out, "%02x", header->boot_id[index]);
  fprintf(out, "\ncreated %llu heartbeat %llu every %llu annex %llu\n",
          (number)header->created_ns, (number)header->heartbeat_ns,
          (number)header->heartbeat_interval_ns, (number)header->annex_serial);
#if REVISION >= 2
  if (header->header_size < offsetof(struct vitals_header, readers) + 8)
    fprintf(out, "created_wall not there readers not there\n");
  else
    fprintf(out, "created_wall %llu readers %llu\n", (number)header->created_wall_ns,
            (number)header->readers);
#endif
}

/* Prints the untrusted table in `size` bytes at `memory`. Returns 0, or 1 if it is broken. */
static int show(FILE *out, const void *memory, uint64_t size) {
  struct vitals_view view;
  struct place place;
  memset(&place, 0, sizeof place);
  place.view = &view;
  int outcome = vitals_view_open(&view, memory, size);
  if (outcome != VITALS_OK) {
    fprintf(out, "not a table: %d\n", outcome);
    return 1;
  }
  show_header(out, &view);
  while ((outcome = vitals_block_next(&view, &place.at, &place.block)) == VITALS_OK) {
    uint32_t kind = place.block.kind;
    fprintf(out, "block %llu kind %u size %llu", (number)place.block.id, kind,
            (number)place.block.size);
    if (kind == VITALS_SCHEMA)
      show_schema(out, &place);
    else if (kind == VITALS_SOURCE)
      show_source(out, &place);
    else if (kind == VITALS_LABELS)
      show_labels(out, &place);
    else if (kind == VITALS_GROUP)
      show_group(out, &place);
    else
      fprintf(out, " unknown\n");
    if (!holds(&place)) fprintf(out, "removed meanwhile\n");
    place.at += place.block.size;
  }
  if (outcome != VITALS_END) fprintf(out, "broken\n");
  return outcome != VITALS_END;
}

#ifndef WITHOUT_MAIN

struct counts {
  number ok, busy, removed, torn, other;
};

static void count_balance(const struct vitals_view *view, uint64_t at, uint64_t id,
                          struct counts *counts, uint64_t *last) {
  uint64_t words[4];
  struct vitals_copy window;
  switch (vitals_sample(view, at, id, words, 4, &window)) {
    case VITALS_OK: {
      uint64_t n = words[0];
      int whole = words[1] == 3 * n && words[2] == n * n &&
                  words[3] == words[0] + words[1] + words[2] && window.begin_ns == n &&
                  window.end_ns == words[3] && n >= *last;
      *last = n;
      whole ? counts->ok++ : counts->torn++;
      return;
    }
    case VITALS_BUSY: counts->busy++; return;
    case VITALS_REMOVED: counts->removed++; return;
    default: counts->other++; return;
  }
}

/* Counts a sample of one fixed copy, without a check for concurrent updates. */
static void count_control(const struct vitals_view *view, uint64_t at, struct counts *counts) {
  struct vitals_group group;
  uint64_t words[4];
  vitals_copy_in(&group, sizeof group, view->memory + at, view->header.group_size);
  const unsigned char *copy = view->memory + group.values + view->header.copy_size;
  for (int word = 0; word < 4; word++)
    words[word] = vitals_load((const uint64_t *)(const void *)copy + word);
  words[0] + words[1] + words[2] == words[3] ? counts->ok++ : counts->torn++;
}

static void count_relaxed(const struct vitals_view *view, uint64_t at, uint64_t id,
                          struct counts *counts, uint64_t *last) {
  uint64_t words[12];
  struct vitals_copy window;
  if (vitals_sample(view, at, id, words, 12, &window) != VITALS_OK) {
    counts->other++;
    return;
  }
  int fell = 0;
  for (int word = 0; word < 12; word++) {
    if (word >= 1 && word <= 3) continue;
    if (words[word] < last[word]) fell = 1;
    last[word] = words[word];
  }
  fell ? counts->torn++ : counts->ok++;
}

/* Counts a sample of the current labels of app/shop; they are torn if the texts differ. */
static void count_labels(const struct vitals_view *view, struct counts *counts, uint64_t source) {
  struct place place;
  struct vitals_labels labels;
  char left[TEXT] = "", right[TEXT] = "", key[TEXT];
  uint64_t best = 0;
  int outcome;
  memset(&place, 0, sizeof place);
  place.view = view;
  for (; (outcome = vitals_block_next(view, &place.at, &place.block)) == VITALS_OK;
       place.at += place.block.size) {
    if (place.block.kind != VITALS_LABELS || place.block.id < best) continue;
    if (read_place(&place, 0, &labels, sizeof labels, view->header.labels_size) ||
        (holds(&place) && labels.source != source)) {
      counts->other++;
      return;
    }
    uint64_t at = labels.labels_offset;
    at += vitals_text(view, place.at, &place.block, at, key, TEXT) + 1;
    at += vitals_text(view, place.at, &place.block, at, left, TEXT) + 1;
    at += vitals_text(view, place.at, &place.block, at, key, TEXT) + 1;
    vitals_text(view, place.at, &place.block, at, right, TEXT);
    if (!holds(&place)) {
      counts->removed++;
      return;
    }
    best = place.block.id;
  }
  if (outcome != VITALS_END)
    counts->other++;
  else
    strcmp(left, right) == 0 ? counts->ok++ : counts->torn++;
}

static int check_invariant(const void *memory, uint64_t size, uint64_t samples) {
  struct vitals_view view;
  struct place balance[2], relaxed, place;
  struct counts results[5];
  uint64_t last[2] = {0, 0}, last_words[12] = {0}, source = 0;
  int found = 0;
  memset(&place, 0, sizeof place);
  memset(&relaxed, 0, sizeof relaxed);
  memset(results, 0, sizeof results);
  if (vitals_view_open(&view, memory, size) != VITALS_OK)
    return fprintf(stderr, "not a table\n"), 1;
  place.view = &view;
  for (; vitals_block_next(&view, &place.at, &place.block) == VITALS_OK;
       place.at += place.block.size) {
    struct vitals_group group;
    char name[TEXT];
    if (place.block.kind != VITALS_GROUP ||
        read_place(&place, 0, &group, sizeof group, view.header.group_size))
      continue;
    text_at(&place, group.name_offset, name);
    if (strncmp(name, "balance", 7) == 0 && found < 2) balance[found++] = place;
    if (strcmp(name, "requests") == 0) {
      relaxed = place;
      source = group.source;
    }
  }
  if (found != 2 || !relaxed.at) return fprintf(stderr, "groups are missing\n"), 1;
  for (uint64_t sample = 0; sample < samples; sample++) {
    for (int group = 0; group < 2; group++)
      count_balance(&view, balance[group].at, balance[group].block.id, &results[group],
                    &last[group]);
    count_control(&view, balance[0].at, &results[4]);
    count_relaxed(&view, relaxed.at, relaxed.block.id, &results[2], last_words);
    if (sample % 16 == 0) count_labels(&view, &results[3], source);
  }
  const char *const names[] = {"balance", "balance-16", "requests", "labels", "control"};
  number torn = 0, whole = 0;
  for (int index = 0; index < 5; index++) {
    const struct counts *counts = &results[index];
    printf("%s ok %llu busy %llu removed %llu torn %llu other %llu\n", names[index], counts->ok,
           counts->busy, counts->removed, counts->torn, counts->other);
    if (index == 4) break;
    torn += counts->torn + counts->other;
    whole += counts->ok;
  }
  return torn || !whole;
}

int main(int argc, char **argv) {
  struct stat status;
  if (argc < 2) return fprintf(stderr, "reader PATH [--invariant N]\n"), 2;
  int file = open(argv[1], O_RDONLY | O_CLOEXEC);
  if (file < 0 || fstat(file, &status) != 0) return perror(argv[1]), 1;
  uint64_t size = (uint64_t)status.st_size;
  void *memory = mmap(NULL, size, PROT_READ, MAP_SHARED, file, 0);
  if (memory == MAP_FAILED) return perror(argv[1]), 1;
  if (argc > 3 && strcmp(argv[2], "--invariant") == 0)
    return check_invariant(memory, size, strtoull(argv[3], NULL, 10));
  return show(stdout, memory, size);
}

#endif
