// spoof INTERFACE MAC DEST4 DEST6 PORT SECONDS RATE: floods a name server with questions from made-up addresses, as a
// reflection attack does: half from all of 203.0.113.0/24 for one name that exists, half from random networks of
// 2001:db8::/32 for random names that do not. RATE packets a second; 0: as many as go. Prints how many were sent. For a
// network namespace of its own (abuse.py): the packets are written to INTERFACE as they are, whatever its addresses.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { BATCH = 64, SIZE = 160 };

static unsigned char packets[BATCH][SIZE];
static struct sockaddr_ll to[BATCH];
static struct iovec vectors[BATCH];
static struct mmsghdr messages[BATCH];
static struct in_addr dest4;
static struct in6_addr dest6;
static int port;
static uint64_t state = 0x9e3779b97f4a7c15ULL;

static uint64_t next_random(void) {  // xorshift
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

static long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000L + t.tv_nsec;
}

static uint32_t sum(const void *data, int length, uint32_t start) {
  const unsigned char *p = data;
  for (; length > 1; length -= 2, p += 2) start += p[0] << 8 | p[1];
  return length ? start + (p[0] << 8) : start;
}

static uint16_t folded(uint32_t sum) {
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return htons(~sum & 0xffff);
}

static int question(unsigned char *out, const char *label) {
  uint16_t id = next_random();
  unsigned char header[12] = {id >> 8, id, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1};
  static const unsigned char zone[] = "\4gslb\4test\0\0\1\0\1\0\0\51\4\320\0\0\0\0\0";  // A IN, then OPT of 1232 octets
  int length = strlen(label);
  memcpy(out, header, 12);
  out[12] = length;
  memcpy(out + 13, label, length);
  memcpy(out + 13 + length, zone, sizeof zone);
  return 13 + length + sizeof zone;
}

static void udp_header(unsigned char *at, int length) {
  struct udphdr udp = {.source = htons(1024 + next_random() % 60000), .dest = htons(port), .len = htons(8 + length)};
  memcpy(at, &udp, 8);
}

static int ipv4(unsigned char *out) {
  int length = question(out + 28, "www");
  struct iphdr ip = {.version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP, .tot_len = htons(28 + length)};
  ip.saddr = htonl(0xcb007100u | (1 + next_random() % 254));  // 203.0.113.0/24
  ip.daddr = dest4.s_addr;
  ip.check = folded(sum(&ip, 20, 0));
  memcpy(out, &ip, 20);
  udp_header(out + 20, length);  // no checksum: it may be left out over IPv4
  return 28 + length;
}

static int ipv6(unsigned char *out) {
  char label[20];
  snprintf(label, sizeof label, "x%llx", (unsigned long long)(next_random() & 0xffffffffffULL));
  int length = question(out + 48, label);
  struct ip6_hdr ip = {.ip6_plen = htons(8 + length), .ip6_nxt = IPPROTO_UDP, .ip6_hlim = 64};
  ip.ip6_vfc = 0x60;
  uint64_t net = next_random(), host = next_random();
  memcpy(ip.ip6_src.s6_addr, "\x20\x01\x0d\xb8", 4);
  memcpy(ip.ip6_src.s6_addr + 4, &net, 4);
  ip.ip6_src.s6_addr[4] |= 0x80;  // 2001:db8:8000::/33: the real hosts are in the other half
  memcpy(ip.ip6_src.s6_addr + 8, &host, 8);
  ip.ip6_dst = dest6;
  udp_header(out + 40, length);
  uint32_t check = sum(&ip.ip6_src, 32, IPPROTO_UDP + 8 + length);
  uint16_t folded_check = folded(sum(out + 40, 8 + length, check));
  if (!folded_check) folded_check = 0xffff;
  memcpy(out + 46, &folded_check, 2);
  memcpy(out, &ip, 40);
  return 48 + length;
}

static void read_mac(const char *text, unsigned char *mac) {
  if (sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", mac, mac + 1, mac + 2, mac + 3, mac + 4, mac + 5) != 6) {
    fprintf(stderr, "spoof: %s is no MAC address\n", text);
    exit(2);
  }
}

int main(int argc, char **argv) {
  if (argc != 8 || inet_pton(AF_INET, argv[3], &dest4) != 1 || inet_pton(AF_INET6, argv[4], &dest6) != 1) {
    fprintf(stderr, "usage: spoof INTERFACE MAC DEST4 DEST6 PORT SECONDS RATE\n");
    return 2;
  }
  port = atoi(argv[5]);
  double seconds = atof(argv[6]), rate = atof(argv[7]);
  int fd = socket(AF_PACKET, SOCK_DGRAM, 0), interface = if_nametoindex(argv[1]), large = 4 << 20;
  if (fd < 0 || !interface) {
    perror("spoof");
    return 1;
  }
  setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &large, sizeof large);
  for (int i = 0; i < BATCH; i++) {
    to[i] = (struct sockaddr_ll){.sll_family = AF_PACKET, .sll_ifindex = interface, .sll_halen = 6,
                                 .sll_protocol = htons(i % 2 ? ETH_P_IPV6 : ETH_P_IP)};
    read_mac(argv[2], to[i].sll_addr);
    vectors[i].iov_base = packets[i];
    messages[i].msg_hdr = (struct msghdr){.msg_name = &to[i], .msg_namelen = sizeof to[i], .msg_iov = &vectors[i], .msg_iovlen = 1};
  }
  long sent = 0, start = now(), end = start + (long)(seconds * 1e9);
  for (long at = start; at < end; at = now()) {
    if (rate > 0 && sent > (at - start) * 1e-9 * rate) {
      nanosleep(&(struct timespec){0, 200000}, 0);
      continue;
    }
    for (int i = 0; i < BATCH; i++) vectors[i].iov_len = i % 2 ? ipv6(packets[i]) : ipv4(packets[i]);
    int done = sendmmsg(fd, messages, BATCH, 0);
    if (done > 0) sent += done;
  }
  printf("%ld\n", sent);
}
