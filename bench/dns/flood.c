// flood HOST PORT FILE SECONDS WINDOW SOCKETS RATE WARMUP [do]: asks over UDP and prints one line of JSON.
//
// FILE has "name type" lines, asked in turn with EDNS (1232 octets; with `do` the DNSSEC OK bit). RATE 0 keeps WINDOW
// questions on their way, otherwise that many a second are sent whatever comes back. What happens in the first WARMUP
// seconds counts in `total` only. Times are microseconds from sendmmsg to recvmmsg.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { BATCH = 64, SOCKETS = 64, QUERIES = 4096, QUERY = 300, ANSWER = 1500, LATENCIES = 200000 };
static const long GIVE_UP = 20000000L;  // ns without an answer: what is on its way is lost

struct query {
  unsigned char octets[QUERY];
  int length;
};

struct socket {
  int fd, outstanding;
  unsigned short next_id;
  long last_answer;
  long sent_at[65536];
};

static struct query queries[QUERIES];
static int query_count, next_query;
static struct socket sockets[SOCKETS];
static unsigned latency[LATENCIES];
static long sent, answered, bad, lost, latency_sum, octets, rcodes[16];

static unsigned char out[BATCH][QUERY], in[BATCH][ANSWER];
static struct iovec out_vector[BATCH], in_vector[BATCH];
static struct mmsghdr out_message[BATCH], in_message[BATCH];

static long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000L + t.tv_nsec;
}

static int type_number(const char *name) {
  static const struct { const char *name; int number; } types[] = {
      {"A", 1}, {"NS", 2}, {"SOA", 6}, {"MX", 15}, {"TXT", 16}, {"AAAA", 28}, {"SRV", 33}, {"DNSKEY", 48}, {"ANY", 255}};
  for (size_t i = 0; i < sizeof types / sizeof *types; i++)
    if (!strcmp(types[i].name, name)) return types[i].number;
  fprintf(stderr, "flood: type %s is not known here\n", name);
  exit(2);
}

static void make_query(struct query *q, const char *name, int type, int dnssec_ok) {
  unsigned char *p = q->octets;
  memset(p, 0, 12);
  p[5] = p[11] = 1;  // one question, one additional record
  p += 12;
  while (*name) {
    const char *dot = strchrnul(name, '.');
    *p++ = dot - name;
    memcpy(p, name, dot - name);
    p += dot - name;
    name = *dot ? dot + 1 : dot;
  }
  unsigned char tail[] = {0, type >> 8, type, 0, 1, 0, 0, 41, 1232 >> 8, 1232 & 255, 0, 0, dnssec_ok ? 0x80 : 0, 0, 0, 0};
  memcpy(p, tail, sizeof tail);
  q->length = p + sizeof tail - q->octets;
}

static void read_queries(const char *path, int dnssec_ok) {
  char name[256], type[32];
  FILE *f = fopen(path, "r");
  if (!f) {
    perror(path);
    exit(2);
  }
  while (query_count < QUERIES && fscanf(f, "%255s %31s", name, type) == 2)
    make_query(&queries[query_count++], name, type_number(type), dnssec_ok);
  fclose(f);
}

static void connect_all(const struct addrinfo *to, int count) {
  for (int i = 0; i < count; i++) {
    int room = 4 << 20;
    int fd = sockets[i].fd = socket(to->ai_family, SOCK_DGRAM, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    if (connect(fd, to->ai_addr, to->ai_addrlen)) {
      perror("connect");
      exit(1);
    }
  }
}

static int ask(struct socket *s, int count, long at) {
  for (int i = 0; i < count; i++) {
    struct query *q = &queries[next_query];
    unsigned short id = s->next_id + i;
    memcpy(out[i], q->octets, q->length);
    out[i][0] = id >> 8;
    out[i][1] = id;
    out_vector[i].iov_len = q->length;
    s->sent_at[id] = at;
    next_query = next_query + 1 == query_count ? 0 : next_query + 1;
  }
  int done = sendmmsg(s->fd, out_message, count, MSG_DONTWAIT);
  if (done <= 0) return 0;
  s->next_id += done;
  s->outstanding += done;
  sent += done;
  return done;
}

static void count(struct socket *s, const unsigned char *answer, int length, long at) {
  unsigned short id = answer[0] << 8 | answer[1];
  if (!(answer[2] & 0x80) || !s->sent_at[id]) {
    bad++;
    return;
  }
  long micros = (at - s->sent_at[id]) / 1000;
  s->sent_at[id] = 0;
  latency[micros < LATENCIES ? micros : LATENCIES - 1]++;
  latency_sum += micros;
  rcodes[answer[3] & 15]++;
  answered++;
  octets += length;
}

static void take(struct socket *s) {
  int got = recvmmsg(s->fd, in_message, BATCH, MSG_DONTWAIT, 0);
  if (got <= 0) return;
  long at = now();
  s->last_answer = at;
  s->outstanding = s->outstanding > got ? s->outstanding - got : 0;
  for (int i = 0; i < got; i++) count(s, in[i], in_message[i].msg_len, at);
}

static int room_in_window(struct socket *s, int window, long at) {
  int room = window - s->outstanding;
  if (room <= 0 && at - s->last_answer > GIVE_UP) {
    lost += s->outstanding;
    s->outstanding = 0;
    s->last_answer = at;
  }
  return room < 0 ? 0 : room > BATCH ? BATCH : room;
}

static long percentile(long count, double share) {
  long seen = 0;
  for (int i = 0; i < LATENCIES; i++)
    if ((seen += latency[i]) >= count * share && seen > 0) return i;
  return -1;
}

int main(int argc, char **argv) {
  if (argc < 9) {
    fprintf(stderr, "usage: flood HOST PORT FILE SECONDS WINDOW SOCKETS RATE WARMUP [do]\n");
    return 2;
  }
  struct addrinfo hints = {.ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICHOST}, *to;
  if (getaddrinfo(argv[1], argv[2], &hints, &to)) return 2;
  double seconds = atof(argv[4]), rate = atof(argv[7]), warmup = atof(argv[8]);
  int count_of_sockets = atoi(argv[6]), window = atoi(argv[5]) / count_of_sockets;
  if (count_of_sockets < 1 || count_of_sockets > SOCKETS) return 2;
  if (window < 1) window = 1;
  read_queries(argv[3], argc > 9 && !strcmp(argv[9], "do"));
  connect_all(to, count_of_sockets);
  for (int i = 0; i < BATCH; i++) {
    out_vector[i].iov_base = out[i];
    out_message[i].msg_hdr.msg_iov = &out_vector[i];
    in_vector[i] = (struct iovec){in[i], ANSWER};
    in_message[i].msg_hdr.msg_iov = &in_vector[i];
    out_message[i].msg_hdr.msg_iovlen = in_message[i].msg_hdr.msg_iovlen = 1;
  }

  long start = now(), begin = start + (long)(warmup * 1e9), end = begin + (long)(seconds * 1e9);
  long sent_before = 0, answered_before = 0, due = 0;
  int measuring = 0, turn = 0;
  for (long at = start; at < end; at = now()) {
    if (!measuring && at >= begin) {
      measuring = 1;
      sent_before = sent;
      answered_before = answered;
      bad = lost = latency_sum = octets = 0;
      memset(rcodes, 0, sizeof rcodes);
      memset(latency, 0, sizeof latency);
    }
    turn = (turn + 1) % count_of_sockets;
    struct socket *s = &sockets[turn];
    if (rate > 0) {
      long wanted = (long)((at - start) * 1e-9 * rate) - due;
      if (wanted > 2000) {  // after a pause of this program itself: not a burst to make up for it
        due += wanted - 2000;
        wanted = 2000;
      }
      if (wanted > 0) due += ask(s, wanted > BATCH ? BATCH : wanted, at);
      for (int i = 0; i < count_of_sockets; i++) take(&sockets[i]);
    } else {
      int room = room_in_window(s, window, at);
      if (room > 0) ask(s, room, at);
      take(s);
    }
  }

  long answers = answered - answered_before, questions = sent - sent_before;
  printf("{\"sent\":%ld,\"ans\":%ld,\"total\":%ld,\"qps\":%.0f,\"loss\":%.5f,\"avg\":%.1f,\"p50\":%ld,\"p99\":%ld,"
         "\"p999\":%ld,\"bad\":%ld,\"nx\":%ld,\"ok\":%ld,\"bytes\":%.1f}\n",
         questions, answers, answered, answers / seconds, questions ? 1 - (double)answers / questions : 0,
         answers ? (double)latency_sum / answers : 0, percentile(answers, .5), percentile(answers, .99),
         percentile(answers, .999), bad, rcodes[3], rcodes[0], answers ? (double)octets / answers : 0);
}
