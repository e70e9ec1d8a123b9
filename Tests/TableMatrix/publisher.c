/*
 * Writes a reproducible table with the header of the revision for which it is compiled:
 *
 *   publisher PATH           writes the table and exits
 *   publisher PATH --hold    then prints "holding" and updates it at full speed until it is killed
 *
 * With --hold, each complete sample satisfies:
 *   balance, balance-16   part_a + part_b + part_c = total, the window is [updates, total]
 *   labels of app/shop    "left" and "right" are the same text
 *   requests (relaxed)    no word decreases
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

enum { CAPACITY = 8192, FUTURE_BLOCK = 99, FUTURE_KIND = 9, FUTURE_UNIT = 7 };

#if REVISION >= 2
static const char *const phases[] = {"starting", "serving", "draining"};
#endif

static struct vitals_definition statistic(const char *name, uint32_t kind, uint32_t unit,
                                          const char *meaning) {
  struct vitals_definition definition;
  memset(&definition, 0, sizeof definition);
  definition.name = name;
  definition.kind = kind;
  definition.unit = unit;
  definition.meaning = meaning;
  return definition;
}

static uint64_t request_schema(struct vitals_publisher *publisher, uint32_t *words) {
  struct vitals_definition all[10];
  uint32_t count = 0;
  all[count] =
      statistic("requests", VITALS_CUMULATIVE, VITALS_NONE, "Requests that were answered.");
  all[count++].flags = VITALS_STABLE << VITALS_STABILITY_SHIFT;
  all[count] = statistic("sent", VITALS_CUMULATIVE, VITALS_BYTES, "What was sent, in KiB.");
  all[count].base = VITALS_TWO;
  all[count++].exponent = 10;
  all[count] = statistic("margin", VITALS_INSTANT, VITALS_SECONDS, "Time left, or less than none.");
  all[count].exponent = -3;
  all[count++].flags = VITALS_SIGNED;
  all[count] = statistic("drift", VITALS_INSTANT, VITALS_SECONDS, NULL);
  all[count].exponent = -9;
  all[count++].flags = VITALS_SIGNED | VITALS_INTERNAL << VITALS_STABILITY_SHIFT;
  all[count] = statistic("latency", VITALS_LOG_HISTOGRAM, VITALS_SECONDS, "Time to the answer.");
  all[count].exponent = -6;
  all[count].size = 8;
  all[count++].flags = VITALS_CHEAP << VITALS_COST_SHIFT;
  all[count] = statistic("length", VITALS_LINEAR_HISTOGRAM, VITALS_BYTES, "Of the questions.");
  all[count].size = 4;
  all[count].bucket_size = 512;
  all[count++].flags = VITALS_HEAVY << VITALS_COST_SHIFT;
  all[count++] = statistic("queue_peak", VITALS_PEAK, VITALS_NONE, "The longest queue.");
  all[count++] = statistic("accepting", VITALS_INSTANT, VITALS_BOOLEAN, NULL);
#if REVISION >= 2
  all[count] = statistic("phase", VITALS_STATE, VITALS_NONE, "What it is doing.");
  all[count].states = phases;
  all[count++].states_count = 3;
#endif
#if REVISION >= 3
  all[count] = statistic("novel", FUTURE_KIND, FUTURE_UNIT, "Nobody knows yet.");
  all[count++].flags = 1 << 20;
#endif
  *words = 0;
  for (uint32_t index = 0; index < count; index++)
    *words += all[index].size ? all[index].size : 1;
  return vitals_schema_add(publisher, "app-requests", all, count);
}

static uint64_t balance_schema(struct vitals_publisher *publisher) {
  const struct vitals_definition all[] = {
      statistic("part_a", VITALS_CUMULATIVE, VITALS_NONE, NULL),
      statistic("part_b", VITALS_CUMULATIVE, VITALS_NONE, NULL),
      statistic("part_c", VITALS_CUMULATIVE, VITALS_NONE, NULL),
      statistic("total", VITALS_CUMULATIVE, VITALS_NONE, "The sum of the parts."),
  };
  return vitals_schema_add(publisher, "app-balance", all, 4);
}

static uint64_t worker_source(struct vitals_publisher *publisher, uint64_t parent) {
  uint64_t at = sizeof(struct vitals_source);
  struct vitals_block *block = vitals_block_take(publisher, at + 64);
  struct vitals_source *source = (struct vitals_source *)(void *)block;
  if (!block) return 0;
  source->parent = parent;
  source->created_ns = 2000000000;
  source->owner = 1000;
  source->name_offset = vitals_text_put(block, &at, "app/shop/worker");
  source->keys_offset = vitals_text_put(block, &at, "cpu");
  vitals_text_put(block, &at, "3");
  vitals_text_put(block, &at, "device");
  vitals_text_put(block, &at, "eth0");
  source->keys_count = 2;
#if REVISION >= 3
  memset(source->future_source, 0xf7, sizeof source->future_source);
#endif
  return vitals_block_publish(publisher, block, VITALS_SOURCE);
}

static struct vitals_block *put_labels(struct vitals_publisher *publisher, uint64_t source,
                                       const char *left, const char *right) {
  uint64_t at = sizeof(struct vitals_labels);
  uint64_t texts = strlen("left") + strlen(left) + strlen("right") + strlen(right) + 4;
  struct vitals_block *block = vitals_block_take(publisher, at + texts);
  struct vitals_labels *labels = (struct vitals_labels *)(void *)block;
  if (!block) return NULL;
  labels->source = source;
  labels->labels_offset = vitals_text_put(block, &at, "left");
  vitals_text_put(block, &at, left);
  vitals_text_put(block, &at, "right");
  vitals_text_put(block, &at, right);
  labels->labels_count = 2;
#if REVISION >= 3
  labels->future_labels = 0xf7f7f7f7f7f7f7f7;
#endif
  vitals_block_publish(publisher, block, VITALS_LABELS);
  return block;
}

#if REVISION >= 3
static void put_unknown_block(struct vitals_publisher *publisher) {
  struct vitals_block *block = vitals_block_take(publisher, 100);
  if (!block) return;
  memset(block + 1, 0xf7, 100 - sizeof *block);
  vitals_block_publish(publisher, block, FUTURE_BLOCK);
}
#endif

struct table {
  struct vitals_publisher publisher;
  uint64_t shop;
  struct vitals_writer requests, balance, balance16;
  struct vitals_block *labels;
  uint32_t words;
};

static void fill_requests(struct table *table) {
  const struct vitals_writer *writer = &table->requests;
  vitals_store(vitals_word(writer, 0), 1000000);
  vitals_store(vitals_word(writer, 1), VITALS_SATURATED);
  vitals_store(vitals_word(writer, 2), (uint64_t)-250);
  vitals_store(vitals_word(writer, 3), VITALS_INACTIVE_SIGNED);
  for (uint64_t value = 0; value < 1000; value += 7)
    vitals_add(vitals_word(writer, 4 + vitals_log_bucket(value, 8)), 1);
  for (uint64_t value = 0; value < 3000; value += 100)
    vitals_bump(vitals_word(writer, 12 + vitals_linear_bucket(value, 512, 4)));
  vitals_store(vitals_word(writer, 16), VITALS_INACTIVE);
  vitals_store(vitals_word(writer, 17), 1);
#if REVISION >= 2
  vitals_store(vitals_word(writer, 18), 1);
#endif
#if REVISION >= 3
  vitals_store(vitals_word(writer, 19), 77);
#endif
}

static void update_balance(struct vitals_writer *writer) {
  uint64_t number = writer->index + 1;
  uint64_t parts[3] = {number, number * 3, number * number};
  uint64_t *words = vitals_update_begin(writer);
  for (uint32_t part = 0; part < 3; part++) vitals_store(words + part, parts[part]);
  vitals_store(words + 3, parts[0] + parts[1] + parts[2]);
  vitals_update_window(words, number, parts[0] + parts[1] + parts[2]);
  vitals_update_end(writer);
}

static int fill(struct table *table, void *memory) {
  struct vitals_publisher *publisher = &table->publisher;
  if (vitals_table_init(publisher, memory, CAPACITY, 1000000000) != 0) return -1;
  struct vitals_header *header = vitals_table_header(publisher);
  for (uint32_t index = 0; index < 16; index++) {
    header->instance[index] = (uint8_t)(0xa0 + index);
    header->boot_id[index] = (uint8_t)(0xb0 + index);
  }
  header->heartbeat_interval_ns = 1000000000;
  header->pid = 4242;
  header->owner = 1000;
#if REVISION >= 2
  header->created_wall_ns = 1700000000000000000;
  header->readers = 3;
#endif
#if REVISION >= 3
  memset(header->future_header, 0xf7, sizeof header->future_header);
#endif
  uint64_t requests = request_schema(publisher, &table->words);
  uint64_t balance = balance_schema(publisher);
  table->shop = vitals_source_add(publisher, "app/shop", 0, 1500000000);
  put_labels(publisher, table->shop, "superseded", "superseded");
#if REVISION >= 3
  put_unknown_block(publisher);
#endif
  uint64_t worker = worker_source(publisher, table->shop);
  uint64_t at = header->used;
  uint64_t passing = vitals_source_add(publisher, "app/shop/passing", table->shop, 1600000000);
  vitals_group_add(publisher, "requests", table->shop, requests, table->words, 1, 3000000000,
                   &table->requests);
  vitals_group_add(publisher, "balance", worker, balance, 4, 2, 3000000000, &table->balance);
  vitals_group_add(publisher, "balance-16", worker, balance, 4, 16, 3000000000,
                   &table->balance16);
  struct vitals_writer denied, asleep;
  if (!vitals_group_add(publisher, "denied", worker, balance, 4, 1, 3000000000, &denied) ||
      !vitals_group_add(publisher, "asleep", worker, balance, 4, 2, 3000000000, &asleep))
    return -1;
  for (uint32_t word = 0; word < 4; word++)
    vitals_store(vitals_word(&denied, word), VITALS_INACTIVE);
  denied.group->status = VITALS_DENIED | (uint64_t)EACCES << 32;
  denied.group->status_since_ns = 4000000000;
  asleep.group->flags = VITALS_ON_DEMAND;
  asleep.group->values = 0;
#if REVISION >= 3
  denied.group->flags = 1 << 5;
  memset(denied.group->future_group, 0xf7, sizeof denied.group->future_group);
#endif
  table->labels =
      put_labels(publisher, table->shop, "st\xc3\xa4tisch", "00000000000000000000");
  if (!table->labels) return -1;
  vitals_block_remove(publisher, (struct vitals_block *)(void *)(publisher->memory + at));
  fill_requests(table);
  for (int update = 0; update < 5; update++) update_balance(&table->balance);
  for (int update = 0; update < 21; update++) update_balance(&table->balance16);
  vitals_table_open(publisher);
  return passing ? 0 : -1;
}

static void hold(struct table *table) {
  for (uint64_t round = 1;; round++) {
    char text[24];
    update_balance(&table->balance);
    update_balance(&table->balance16);
    vitals_bump(vitals_word(&table->requests, 0));
    vitals_bump(vitals_word(&table->requests, 4 + vitals_log_bucket(round, 8)));
    if (round % 64) continue;
    snprintf(text, sizeof text, "%020llu", (unsigned long long)round);
    struct vitals_block *before = table->labels;
    table->labels = put_labels(&table->publisher, table->shop, text, text);
    if (!table->labels) abort();
    vitals_block_remove(&table->publisher, before);
    vitals_store(&vitals_table_header(&table->publisher)->heartbeat_ns, round);
  }
}

int main(int argc, char **argv) {
  struct table table;
  memset(&table, 0, sizeof table);
  if (argc < 2) return fprintf(stderr, "publisher PATH [--hold]\n"), 2;
  int file = open(argv[1], O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0 || ftruncate(file, CAPACITY) != 0) return perror(argv[1]), 1;
  void *memory = mmap(NULL, CAPACITY, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (memory == MAP_FAILED) return perror(argv[1]), 1;
  if (fill(&table, memory) != 0) return fprintf(stderr, "publisher: no room\n"), 1;
  if (argc > 2 && strcmp(argv[2], "--hold") == 0) {
    printf("holding\n");
    fflush(stdout);
    hold(&table);
  }
  return 0;
}
