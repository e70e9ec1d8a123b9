#define _GNU_SOURCE
#include "CBench.h"

#include <errno.h>
#include <linux/fuse.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* A minimal server of a text file: one thread, one buffer, replies in place. */

static const char text[] = "the quick brown fox\n";
enum { ROOT = 1, TEXT = 2, LENGTH = sizeof text - 1 };

static struct fuse_attr attributes(uint64_t node) {
  struct fuse_attr attr = {.ino = node, .nlink = 1, .mode = S_IFREG | 0444, .size = LENGTH};
  if (node == ROOT) {
    attr.mode = S_IFDIR | 0755;
    attr.size = 0;
  }
  return attr;
}

static union {
  struct {
    struct fuse_in_header header;
    union {
      struct fuse_init_in init;
      struct fuse_read_in read;
      char name[1];
    };
  };
  char bytes[FUSE_MIN_READ_BUFFER + 4096];
} in;

static struct {
  struct fuse_out_header header;
  union {
    struct fuse_init_out init;
    struct fuse_entry_out entry;
    struct fuse_attr_out attr;
    struct fuse_open_out open;
    char text[LENGTH];
  };
} out;

static void answer(int device, size_t size, int error) {
  out.header.len = (uint32_t)(sizeof out.header + size);
  out.header.error = -error;
  out.header.unique = in.header.unique;
  if (write(device, &out, out.header.len) < 0) return;
}

static void serve(int device) {
  while (read(device, &in, sizeof in) > 0 || errno == EINTR || errno == ENOENT) {
    memset(&out, 0, sizeof out);
    switch (in.header.opcode) {
      case FUSE_INIT:
        out.init.major = FUSE_KERNEL_VERSION;
        out.init.minor = FUSE_KERNEL_MINOR_VERSION;
        out.init.max_readahead = in.init.max_readahead;
        out.init.max_write = 4096;
        out.init.time_gran = 1;
        answer(device, sizeof out.init, 0);
        break;
      case FUSE_LOOKUP:
        if (strcmp(in.name, "text") != 0) {
          answer(device, 0, ENOENT);
          break;
        }
        out.entry.nodeid = TEXT;
        out.entry.entry_valid = out.entry.attr_valid = 1;
        out.entry.attr = attributes(TEXT);
        answer(device, sizeof out.entry, 0);
        break;
      case FUSE_GETATTR:
        out.attr.attr_valid = 1;
        out.attr.attr = attributes(in.header.nodeid);
        answer(device, sizeof out.attr, 0);
        break;
      case FUSE_OPEN:
        out.open.open_flags = FOPEN_DIRECT_IO | FOPEN_NOFLUSH;
        answer(device, sizeof out.open, 0);
        break;
      case FUSE_READ: {
        size_t start = in.read.offset < LENGTH ? in.read.offset : LENGTH;
        size_t size = LENGTH - start < in.read.size ? LENGTH - start : in.read.size;
        memcpy(out.text, text + start, size);
        answer(device, size, 0);
        break;
      }
      case FUSE_RELEASE:
        answer(device, 0, 0);
        break;
      case FUSE_FORGET:
      case FUSE_BATCH_FORGET:
        break;
      default:
        answer(device, 0, ENOSYS);
    }
  }
}

int bench_serve_text(const char *directory) {
  int device = open("/dev/fuse", O_RDWR | O_CLOEXEC);
  if (device < 0) return -1;
  char options[128];
  snprintf(options, sizeof options,
           "fd=%d,rootmode=40000,user_id=0,group_id=0,default_permissions,allow_other", device);
  if (mount("bench", directory, "fuse.bench", MS_NOSUID | MS_NODEV, options) != 0) return -1;
  pid_t parent = getppid();
  pid_t server = fork();
  if (server == 0) {
    serve(device);
    _exit(0);
  }
  close(device);
  if (write(1, "ready\n", 6) < 0) parent = -1;
  /* Wait until the directory is unmounted or the parent exits; then remove everything. */
  while (server > 0 && waitpid(server, NULL, WNOHANG) == 0 && getppid() == parent) usleep(50000);
  umount2(directory, MNT_DETACH);
  if (server > 0) kill(server, SIGKILL);
  return 0;
}

int bench_pin(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (int other = 0; other < CPU_SETSIZE; other++)
    if (cpu < 0 || cpu == other) CPU_SET(other, &set);
  return sched_setaffinity(0, sizeof set, &set);
}
