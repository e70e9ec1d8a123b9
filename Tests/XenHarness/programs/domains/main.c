/*
 * main.c - the commands of `domains`, which creates test domains without xl, and is a second source
 * of the values that Vitals reads.
 */
#include "domains.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: domains run ELF LOAD [UUID]         prints the ID of the new domain\n"
    "       domains bare VCPUS [ID]             the same: PV, without an image, paused\n"
    "       domains pvh VCPUS                   the same: PVH\n"
    "       domains destroy|pause|unpause ID\n"
    "       domains list\n"
    "       domains host\n"
    "       domains vcpu ID VCPU\n"
    "       domains console ID\n"
    "       domains report ID VCPU\n"
    "       domains resource ID TYPE INDEX\n";

int call_failed(const char *call) {
  fprintf(stderr, "domains: %s: %s\n", call, strerrorname_np(errno));
  return 1;
}

static uint32_t number(const char *text) {
  char *end;
  errno = 0;
  unsigned long value = strtoul(text, &end, 10);
  if (errno != 0 || end == text || *end != 0 || value > UINT32_MAX) {
    fprintf(stderr, "domains: invalid number: %s\n", text);
    exit(2);
  }
  return (uint32_t)value;
}

static int perform(struct host *host, int count, char **words) {
  const char *command = words[0];
  if (!strcmp(command, "run") && (count == 3 || count == 4))
    return run(host, words[1], words[2], count == 4 ? words[3] : NULL);
  if (!strcmp(command, "bare") && (count == 2 || count == 3))
    return make_bare_pv(host, number(words[1]), count == 3 ? number(words[2]) : 0);
  if (!strcmp(command, "pvh") && count == 2) return make_bare_pvh(host, number(words[1]));
  if (!strcmp(command, "destroy") && count == 2) return destroy(host, number(words[1]));
  if (!strcmp(command, "pause") && count == 2) return set_paused(host, number(words[1]), 1);
  if (!strcmp(command, "unpause") && count == 2) return set_paused(host, number(words[1]), 0);
  if (!strcmp(command, "list") && count == 1) return list(host);
  if (!strcmp(command, "host") && count == 1) return show_host(host);
  if (!strcmp(command, "console") && count == 2) return show_console(host, number(words[1]));
  if (!strcmp(command, "report") && count == 3)
    return show_report(host, number(words[1]), number(words[2]));
  if (!strcmp(command, "vcpu") && count == 3)
    return show_vcpu(host, number(words[1]), number(words[2]));
  if (!strcmp(command, "resource") && count == 4)
    return show_resource(host, number(words[1]), number(words[2]), number(words[3]));
  fputs(usage, stderr);
  return 2;
}

int main(int count, char **arguments) {
  if (count < 2) {
    fputs(usage, stderr);
    return 2;
  }
  /* The commands print errors themselves. */
  xentoollog_logger *logger =
      (xentoollog_logger *)xtl_createlogger_stdiostream(stderr, XTL_CRITICAL, 0);
  struct host host = {.logger = logger, .control = xc_interface_open(logger, logger, 0)};
  if (host.control == NULL) return call_failed("xc_interface_open");
  int status = perform(&host, count - 1, arguments + 1);
  xc_interface_close(host.control);
  xtl_logger_destroy(logger);
  return status;
}
