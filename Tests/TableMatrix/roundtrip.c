/*
 * Publisher and reader in one program, visible to the same optimizer: published values can be read,
 * and invalid calls are rejected.
 */
#include <stdio.h>
#include <stdlib.h>

#include "vitals_table.h"

#define HOLDS(condition)                                             \
  do {                                                               \
    if (!(condition)) {                                              \
      fprintf(stderr, "line %d: not %s\n", __LINE__, #condition); \
      exit(1);                                                       \
    }                                                                \
  } while (0)

enum { CAPACITY = 4096 };

static union {
  uint64_t alignment;
  unsigned char bytes[CAPACITY];
} memory;

static uint64_t place_of(const struct vitals_view *view, uint64_t id, struct vitals_block *block) {
  uint64_t at = 0;
  for (; vitals_block_next(view, &at, block) == VITALS_OK; at += block->size)
    if (block->id == id) return at;
  return 0;
}

static void check_blocks(void) {
  struct vitals_publisher publisher;
  struct vitals_view view;
  struct vitals_block block;
  struct vitals_source source;
  char text[16];
  uint64_t at = 0;
  memset(&memory, 0, sizeof memory);
  HOLDS(vitals_table_init(&publisher, &memory, 100, 5) != 0);
  HOLDS(vitals_view_open(&view, &memory, CAPACITY) == VITALS_NO_TABLE);
  HOLDS(vitals_table_init(&publisher, &memory, CAPACITY, 5) == 0);
  HOLDS(vitals_view_open(&view, &memory, CAPACITY) == VITALS_NO_TABLE);
  vitals_table_open(&publisher);
  HOLDS(vitals_view_open(&view, &memory, 64) == VITALS_NO_TABLE);
  HOLDS(vitals_view_open(&view, &memory, CAPACITY) == VITALS_OK);
  HOLDS(view.header.created_ns == 5 && view.header.state == VITALS_LIVE);
  HOLDS(vitals_block_next(&view, &at, &block) == VITALS_END);

  uint64_t first = vitals_source_add(&publisher, "first", 0, 7);
  uint64_t second = vitals_source_add(&publisher, "second", first, 8);
  at = place_of(&view, second, &block);
  HOLDS(block.kind == VITALS_SOURCE && block.size % VITALS_ALIGNMENT == 0);
  HOLDS(vitals_block_read(&view, at, &block, 0, &source, sizeof source,
                          view.header.source_size) == VITALS_OK);
  HOLDS(source.parent == first && source.created_ns == 8 && source.owner == UINT32_MAX);
  HOLDS(vitals_text(&view, at, &block, source.name_offset, text, sizeof text) == 6);
  HOLDS(strcmp(text, "second") == 0);
  HOLDS(vitals_text(&view, at, &block, source.name_offset, text, 4) == 6);
  HOLDS(strcmp(text, "sec") == 0);
  HOLDS(vitals_text(&view, at, &block, 0, text, sizeof text) == UINT64_MAX);
  HOLDS(vitals_text(&view, at, &block, block.size, text, sizeof text) == UINT64_MAX);

  /* The memory of a removed block is reused with a new id. */
  vitals_block_remove(&publisher, (struct vitals_block *)(void *)(memory.bytes + at));
  HOLDS(!vitals_block_holds(&view, at, second));
  HOLDS(place_of(&view, second, &block) == 0);
  uint64_t third = vitals_source_add(&publisher, "third", 0, 9);
  HOLDS(third > second && place_of(&view, third, &block) == at);

  /* A mapping that is shorter than the table ends the walk; the table is not broken. */
  HOLDS(vitals_view_open(&view, &memory, at + 64) == VITALS_OK);
  HOLDS(place_of(&view, first, &block) != 0 && place_of(&view, third, &block) == 0);
  at = 0;
  while (vitals_block_next(&view, &at, &block) == VITALS_OK) at += block.size;
  HOLDS(vitals_block_next(&view, &at, &block) == VITALS_END);

  while (vitals_source_add(&publisher, "and so on", 0, 10)) {
  }
  HOLDS(vitals_table_header(&publisher)->used <= CAPACITY);
}

static void check_groups(void) {
  struct vitals_publisher publisher;
  struct vitals_writer writer, relaxed;
  struct vitals_view view;
  struct vitals_block block;
  struct vitals_copy window;
  struct vitals_definition definition;
  uint64_t words[4] = {0};
  memset(&memory, 0, sizeof memory);
  HOLDS(vitals_table_init(&publisher, &memory, CAPACITY, 5) == 0);
  vitals_table_open(&publisher);
  HOLDS(vitals_view_open(&view, &memory, CAPACITY) == VITALS_OK);
  memset(&definition, 0, sizeof definition);
  definition.name = "wide";
  definition.size = 65536;
  HOLDS(vitals_schema_add(&publisher, "none", &definition, 1) == 0);
  HOLDS(vitals_group_add(&publisher, "none", 1, 1, 3, 0, 5, &writer) == 0);
  HOLDS(vitals_group_add(&publisher, "none", 1, 1, 3, 6, 5, &writer) == 0);

  uint64_t id = vitals_group_add(&publisher, "latched", 1, 1, 3, 2, 5, &writer);
  uint64_t at = place_of(&view, id, &block);
  for (uint64_t update = 1; update <= 5; update++) {
    uint64_t *next = vitals_update_begin(&writer);
    for (uint64_t word = 0; word < 3; word++) vitals_store(next + word, update * 10 + word);
    vitals_update_window(next, update, update + 1);
    /* Until the update ends, the previous one is read. */
    HOLDS(vitals_sample(&view, at, id, words, 3, &window) == VITALS_OK);
    HOLDS(update == 1 || (words[2] == update * 10 - 8 && window.end_ns == update));
    vitals_update_end(&writer);
    HOLDS(vitals_sample(&view, at, id, words, 3, &window) == VITALS_OK);
    HOLDS(words[0] == update * 10 && words[2] == update * 10 + 2);
    HOLDS(window.begin_ns == update && window.end_ns == update + 1);
  }
  HOLDS(vitals_sample(&view, at, id, words, 4, &window) == VITALS_BROKEN);
  HOLDS(vitals_sample(&view, at, id + 1, words, 3, &window) == VITALS_REMOVED);
  HOLDS(vitals_sample(&view, CAPACITY, id, words, 3, &window) == VITALS_BROKEN);

  id = vitals_group_add(&publisher, "relaxed", 1, 1, 2, 1, 5, &relaxed);
  at = place_of(&view, id, &block);
  vitals_bump(vitals_word(&relaxed, 0));
  vitals_store(vitals_word(&relaxed, 1), VITALS_SATURATED - 1);
  vitals_add(vitals_word(&relaxed, 1), 3);
  vitals_bump(vitals_word(&relaxed, 1));
  HOLDS(vitals_sample(&view, at, id, words, 2, &window) == VITALS_OK);
  HOLDS(words[0] == 1 && words[1] == VITALS_SATURATED);

  /* Structures are at least as large as in revision 1 and consist of words. */
  uint32_t *sizes = &vitals_table_header(&publisher)->header_size;
  for (int size = 0; size < 8; size++) {
    uint32_t right = sizes[size];
    const uint32_t wrong[] = {0, 8, right + 1, 0x80000000, UINT32_MAX};
    for (int index = 0; index < 5; index++) {
      /* Excessive sizes of other structures are detected when blocks are read. */
      if (index == 3 && size >= 2) continue;
      sizes[size] = wrong[index];
      HOLDS(vitals_view_open(&view, &memory, CAPACITY) == VITALS_BROKEN);
    }
    sizes[size] = right;
  }
  HOLDS(vitals_view_open(&view, &memory, CAPACITY) == VITALS_OK);

  /* On-demand groups: only while enabled, and only from the segment in use. */
  unsigned char *annex = (unsigned char *)calloc(1, 64);
  HOLDS(annex != NULL);
  relaxed.group->flags = VITALS_ON_DEMAND;
  relaxed.group->values = 0;
  view.annex = annex;
  view.annex_size = 64;
  view.annex_serial = 3;
  vitals_table_header(&publisher)->annex_serial = 3;
  HOLDS(vitals_sample(&view, at, id, words, 2, &window) == VITALS_ASLEEP);
  relaxed.group->demand = 1;
  HOLDS(vitals_sample(&view, at, id, words, 2, &window) == VITALS_OK && words[0] == 0);
  vitals_table_header(&publisher)->annex_serial = 4;
  HOLDS(vitals_sample(&view, at, id, words, 2, &window) == VITALS_ASLEEP);
  free(annex);
}

static void check_buckets(void) {
  HOLDS(vitals_log_bucket(0, 8) == 0 && vitals_log_bucket(1, 8) == 1);
  HOLDS(vitals_log_bucket(2, 8) == 2 && vitals_log_bucket(3, 8) == 2);
  HOLDS(vitals_log_bucket(64, 8) == 7 && vitals_log_bucket(UINT64_MAX, 8) == 7);
  HOLDS(vitals_log_bucket(UINT64_MAX, 65) == 64);
  HOLDS(vitals_linear_bucket(511, 512, 4) == 0 && vitals_linear_bucket(512, 512, 4) == 1);
  HOLDS(vitals_linear_bucket(UINT64_MAX, 512, 4) == 3 && vitals_linear_bucket(9, 0, 4) == 0);
}

int main(void) {
  check_blocks();
  check_groups();
  check_buckets();
  return 0;
}
