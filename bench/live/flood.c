/*
 * Sends UDP datagrams in bulk: flood ADDRESS PORT PACKETS PER_SECOND PAYLOAD FLOWS. PER_SECOND 0 sends as fast as it goes; FLOWS sockets, each
 * with a source port of its own, take turns. The kernel cuts what one call hands over into up to 64 datagrams (UDP_SEGMENT, udp(7)); with
 * gso_max_segs 1 at the interface it does so before the interface, and every datagram passes through as a packet of its own.
 * Prints packets sent and seconds taken.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
/* Segments of one call, and bytes of one datagram before it is cut. */
#define MOST_SEGMENTS 64
#define MOST_BYTES 65000
#define MOST_FLOWS 20000

static int sockets[MOST_FLOWS];

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int open_flow(const struct sockaddr_in *to, int payload) {
  const int buffer = 1 << 22;
  const int flow = socket(AF_INET, SOCK_DGRAM, 0);
  if (flow < 0 || connect(flow, (const struct sockaddr *)to, sizeof *to) != 0) return -1;
  setsockopt(flow, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
  return setsockopt(flow, IPPROTO_UDP, UDP_SEGMENT, &payload, sizeof payload) == 0 ? flow : -1;
}

int main(int count, char **words) {
  static char bytes[MOST_BYTES];
  struct sockaddr_in to = {.sin_family = AF_INET};
  struct rlimit files = {MOST_FLOWS + 64, MOST_FLOWS + 64};
  unsigned long packets, sent = 0, segments;
  double rate, began;
  int payload, flows;
  if (count != 7 || inet_pton(AF_INET, words[1], &to.sin_addr) != 1) return 2;
  to.sin_port = htons((unsigned short)atoi(words[2]));
  packets = strtoul(words[3], NULL, 10);
  rate = atof(words[4]);
  payload = atoi(words[5]);
  flows = atoi(words[6]);
  if (payload < 1 || payload > 1472 || flows < 1 || flows > MOST_FLOWS) return 2;
  segments = MOST_BYTES / (unsigned)payload < MOST_SEGMENTS ? MOST_BYTES / (unsigned)payload : MOST_SEGMENTS;
  setrlimit(RLIMIT_NOFILE, &files);
  for (int i = 0; i < flows; i++)
    if ((sockets[i] = open_flow(&to, payload)) < 0) return perror("socket"), 1;
  began = now();
  for (unsigned long call = 0; sent < packets; call++) {
    const unsigned long some = packets - sent < segments ? packets - sent : segments;
    if (rate > 0)
      while ((double)sent > (now() - began) * rate) usleep(50);
    if (send(sockets[call % (unsigned long)flows], bytes, some * (unsigned)payload, 0) >= 0) sent += some;
    else if (errno != ENOBUFS && errno != EAGAIN && errno != ECONNREFUSED) return perror("send"), 1;
  }
  printf("%lu %.3f\n", sent, now() - began);
  return 0;
}
