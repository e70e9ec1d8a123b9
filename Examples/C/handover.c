/*
 * handover.c - a VMM that passes its statistics descriptors to Vitals.
 *
 * A VMM needs only `hand_over`, run in a separate thread. The rest creates a VM with two vCPUs as
 * an example:  cc -o handover handover.c && mkdir -p /run/vitals/kvm &&
 * ./handover /run/vitals/kvm/example.sock example & vitals list kvm
 */
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Sends `count` (at most 250) statistics descriptors of VM `name` to each client of `path`. */
static void hand_over(const char *path, const char *name, const int *descriptors, int count) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strncpy(address.sun_path, path, sizeof address.sun_path - 1);
  int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (bind(listener, (void *)&address, sizeof address) || listen(listener, 8)) return;
  for (int client; (client = accept(listener, NULL, NULL)) >= 0; close(client)) {
    char text[256], control[CMSG_SPACE(250 * sizeof(int))] = {0};
    int length = snprintf(text, sizeof text, "vitals-kvm=1\nname=%s\n", name);
    struct iovec part = {text, (size_t)length};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control,
                             .msg_controllen = CMSG_SPACE(count * sizeof(int))};
    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(count * sizeof(int));
    memcpy(CMSG_DATA(rights), descriptors, count * sizeof(int));
    sendmsg(client, &message, MSG_NOSIGNAL);
  }
}

int main(int argc, char **argv) {
  if (argc != 3) return fprintf(stderr, "usage: handover SOCKET NAME\n"), 2;
  int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC), vm = ioctl(kvm, KVM_CREATE_VM, 0);
  int descriptors[3] = {ioctl(vm, KVM_GET_STATS_FD, NULL)};
  for (int i = 0; i < 2; i++)
    descriptors[i + 1] = ioctl(ioctl(vm, KVM_CREATE_VCPU, i), KVM_GET_STATS_FD, NULL);
  if (descriptors[2] < 0) return perror("kvm"), 1;
  unlink(argv[1]);
  hand_over(argv[1], argv[2], descriptors, 3);
  return perror(argv[1]), 1;
}
