/*
 * Sends UDP frames into an interface, past the queues: flood INTERFACE PACKETS PER_SECOND LENGTH FLOWS. PER_SECOND 0 sends as fast as it goes.
 * FLOWS source ports take turns. Prints packets sent and seconds taken.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define BATCH 64
#define MAX_LENGTH 1514
#define HEADERS 42

static unsigned char frames[BATCH][MAX_LENGTH];

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void put16(unsigned char *at, unsigned value) {
  at[0] = (unsigned char)(value >> 8);
  at[1] = (unsigned char)value;
}

static void frame(unsigned char *at, unsigned length) {
  static const unsigned char head[] = {2, 0, 0, 0, 99, 2, 2, 0, 0, 0, 99, 1, 8, 0, 0x45, 0};
  memcpy(at, head, sizeof head);
  put16(at + 16, length - 14);
  at[22] = 64;
  at[23] = 17;
  memcpy(at + 26, "\x0a\x63\x00\x01\x0a\x63\x00\x02", 8);
  put16(at + 36, 7777);
  put16(at + 38, length - 34);
}

int main(int count, char **words) {
  struct mmsghdr messages[BATCH];
  struct iovec pieces[BATCH];
  struct sockaddr_ll to;
  unsigned long packets, sent = 0;
  double rate, began;
  unsigned length, flows;
  int socket_, one = 1;
  if (count != 6) return 2;
  packets = strtoul(words[2], NULL, 10);
  rate = atof(words[3]);
  length = (unsigned)atoi(words[4]);
  flows = (unsigned)atoi(words[5]);
  if (length < HEADERS || length > MAX_LENGTH || flows < 1 || flows > 60000) return 2;
  socket_ = socket(AF_PACKET, SOCK_RAW, 0);
  if (socket_ < 0) return perror("socket"), 1;
  setsockopt(socket_, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof one);
  memset(&to, 0, sizeof to);
  to.sll_family = AF_PACKET;
  to.sll_ifindex = (int)if_nametoindex(words[1]);
  if (bind(socket_, (struct sockaddr *)&to, sizeof to) != 0) return perror("bind"), 1;
  memset(messages, 0, sizeof messages);
  for (int i = 0; i < BATCH; i++) {
    frame(frames[i], length);
    pieces[i].iov_base = frames[i];
    pieces[i].iov_len = length;
    messages[i].msg_hdr.msg_iov = &pieces[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  began = now();
  while (sent < packets) {
    unsigned batch = packets - sent < BATCH ? (unsigned)(packets - sent) : BATCH;
    int done;
    if (rate > 0)
      while ((double)sent > (now() - began) * rate) {
        struct timespec pause = {0, 50000};
        nanosleep(&pause, NULL);
      }
    for (unsigned i = 0; i < batch; i++) put16(frames[i] + 34, 1024 + (unsigned)((sent + i) % flows));
    done = sendmmsg(socket_, messages, batch, 0);
    if (done > 0) sent += (unsigned long)done;
    else if (errno != ENOBUFS && errno != EAGAIN) return perror("sendmmsg"), 1;
  }
  printf("%lu %.3f\n", sent, now() - began);
  return 0;
}
