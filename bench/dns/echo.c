// echo PORT WORKERS BATCH: gives every datagram at 127.0.0.1 back with the bits of an answer set, without reading it:
// what a server of recvmmsg and sendmmsg cannot fall below.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { MOST = 256, SIZE = 1232 };
static int port, batch;

static int bound_socket(void) {
  int one = 1, room = 4 << 20, fd = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
  setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
  if (bind(fd, (struct sockaddr *)&at, sizeof at)) {
    perror("bind");
    exit(1);
  }
  return fd;
}

static void *serve(void *unused) {
  static __thread unsigned char octets[MOST][SIZE];
  static __thread struct iovec vectors[MOST];
  static __thread struct mmsghdr messages[MOST];
  static __thread struct sockaddr_in peers[MOST];
  int fd = bound_socket();
  for (int i = 0; i < batch; i++) {
    vectors[i].iov_base = octets[i];
    messages[i].msg_hdr = (struct msghdr){.msg_iov = &vectors[i], .msg_iovlen = 1, .msg_name = &peers[i]};
  }
  for (;;) {
    for (int i = 0; i < batch; i++) {
      vectors[i].iov_len = SIZE;
      messages[i].msg_hdr.msg_namelen = sizeof peers[0];
    }
    int got = recvmmsg(fd, messages, batch, MSG_WAITFORONE, 0);
    for (int i = 0; i < got; i++) {
      vectors[i].iov_len = messages[i].msg_len;
      octets[i][2] |= 0x84;
    }
    for (int done = 0; done < got;) {
      int sent = sendmmsg(fd, messages + done, got - done, 0);
      done += sent > 0 ? sent : 1;
    }
  }
  return unused;
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  port = atoi(argv[1]);
  batch = atoi(argv[3]) > MOST ? MOST : atoi(argv[3]);
  pthread_t thread;
  for (int i = 1; i < atoi(argv[2]); i++) pthread_create(&thread, 0, serve, 0);
  serve(0);
}
