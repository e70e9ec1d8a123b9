// What it costs to read Varnish's statistics from another process: VSM and VSC_Iter.
//
//   varnish-iter DIRECTORY POINTS PROGRAM ARGUMENTS...
//
// Starts PROGRAM, a varnishd with `-F -n DIRECTORY`, waits until it shows so many points, and ends
// it. The times are those of a pass over all points that stores each value, scaled to 1,000.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vapi/vsc.h>
#include <vapi/vsm.h>

#include "measure.h"

enum { RUNS = 50, BLOCKS = 300, PASSES = 20, CAPACITY = 65536, PATIENCE = 60 };

/// Where a pass stores what it reads.
struct snapshot {
  size_t count;
  uint64_t values[CAPACITY];
};

static struct snapshot snapshot;
static pid_t server = -1;

/// Ends the server: its manager takes the worker with it, and is awaited.
static void end_server(void) {
  if (server < 0) return;
  kill(server, SIGTERM);
  for (int tenth = 0; tenth < 100; tenth++) {
    if (waitpid(server, NULL, WNOHANG) != 0) return;
    usleep(100000);
  }
  kill(server, SIGKILL);
  waitpid(server, NULL, 0);
}

static _Noreturn void fail(const char *what, const char *why) {
  fprintf(stderr, "varnish-iter: %s: %s\n", what, why);
  end_server();
  exit(1);
}

static void start_server(char **arguments) {
  pid_t parent = getpid();
  server = fork();
  if (server < 0) fail("fork", strerror(errno));
  if (server > 0) return;
  // Also where this process is killed: its manager ends the worker.
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(1);
  // The output is for figures.
  dup2(STDERR_FILENO, STDOUT_FILENO);
  execvp(arguments[0], arguments);
  fprintf(stderr, "varnish-iter: %s: %s\n", arguments[0], strerror(errno));
  _exit(127);
}

static int store(void *context, const struct VSC_point *point) {
  struct snapshot *into = context;
  if (into->count == CAPACITY) return 1;
  into->values[into->count++] = *point->ptr;
  return 0;
}

static size_t pass(struct vsc *points, struct vsm *memory) {
  snapshot.count = 0;
  if (VSC_Iter(points, memory, store, &snapshot) != 0) fail("VSC_Iter", "too many points");
  return snapshot.count;
}

/// Waits until all points are there: a worker shows its backends one after another.
static size_t wait_for(size_t least, struct vsc *points, struct vsm *memory) {
  size_t last = 0;
  for (int tenth = 0; tenth < PATIENCE * 10; tenth++) {
    if (waitpid(server, NULL, WNOHANG) != 0) {
      server = -1;
      fail("varnishd", "ended at once");
    }
    unsigned status = VSM_Status(memory);
    size_t count = status & VSM_WRK_RUNNING ? pass(points, memory) : 0;
    if (count >= least && count == last) return count;
    last = count;
    usleep(100000);
  }
  fail("varnishd", "does not show all points");
}

/// One run; a pass is too short to be timed alone.
static struct figure measure(
  size_t count, struct vsc *points, struct vsm *memory, int looks_at_status) {
  static double times[BLOCKS];
  for (int block = -5; block < BLOCKS; block++) {
    double begin = measure_now();
    for (int i = 0; i < PASSES; i++) {
      if (looks_at_status && !(VSM_Status(memory) & VSM_WRK_RUNNING)) fail("varnishd", "ended");
      if (pass(points, memory) != count) fail("points", "their number has changed");
    }
    double time = measure_now() - begin;
    if (block >= 0) times[block] = time / PASSES * 1000 / (double)count;
  }
  return measure_figure(times, BLOCKS);
}

int main(int argc, char **argv) {
  if (argc < 4) {
    fprintf(stderr, "usage: varnish-iter DIRECTORY POINTS PROGRAM ARGUMENTS...\n");
    return 2;
  }
  start_server(argv + 3);
  struct vsm *memory = VSM_New();
  struct vsc *points = VSC_New();
  if (!memory || !points) fail("VSM_New", "no memory");
  if (VSM_Arg(memory, 'n', argv[1]) < 0 || VSM_Arg(memory, 't', "30") < 0 ||
      VSM_Attach(memory, -1) != 0) {
    fail("VSM_Attach", VSM_Error(memory));
  }
  size_t count = wait_for(strtoul(argv[2], NULL, 10), points, memory);
  struct figure plain = {0, 0}, status = {0, 0};
  for (int run = 0; run < RUNS; run++) {
    plain = measure_best(plain, measure(count, points, memory, 0));
    status = measure_best(status, measure(count, points, memory, 1));
    usleep(50000);
  }
  // With the question whether the server lives, which a careful reader asks.
  measure_print("varnish:status", status, count);
  measure_print("varnish", plain, count);
  VSC_Destroy(&points, memory);
  VSM_Destroy(&memory);
  end_server();
  return 0;
}
