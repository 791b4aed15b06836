/*
 * Everything that native-bindings/source does below the JavaScript, for a run under AddressSanitizer: exercise DEVICE SECONDS, while packets of
 * known content arrive. Prints the number of packets; any finding of the sanitizer, or of the checks here, ends it with another code than 0.
 */
#include "devices.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"libpcap.so.1", "libpcap.so.0.8"};

#define CHECK(condition)                                             \
  if (!(condition)) {                                                \
    fprintf(stderr, "line %d: " #condition "\n", __LINE__);          \
    exit(3);                                                         \
  }

/* Whole records, none beyond the end. Returns their number. */
static unsigned long walk(const unsigned char *buffer, size_t length, uint32_t snapshot) {
  unsigned long count = 0;
  size_t at = 0;
  while (at < length) {
    uint32_t fields[4];
    CHECK(length - at >= RECORD_HEADER);
    memcpy(fields, buffer + at, RECORD_HEADER);
    CHECK(fields[2] <= snapshot && fields[2] <= fields[3] && fields[2] <= length - at - RECORD_HEADER);
    at += RECORD_HEADER + fields[2];
    count++;
  }
  return count;
}

static unsigned long capture(const struct pcap_api *api, const char *device, const char *filter, int snapshot, size_t length, int rounds) {
  struct capture_options options = {device, filter, snapshot, 1, 1 << 20, 50, 1};
  struct capture_error error = {"", ""};
  struct capture_session *session = capture_open(api, &options, &error);
  unsigned char *buffer = malloc(length);
  struct pcap_stat statistics;
  unsigned long total = 0;
  CHECK(session != NULL && buffer != NULL);
  CHECK(capture_link_type(session) == 1 && capture_snapshot_length(session) == snapshot && capture_nanoseconds(session) == 1);
  CHECK(capture_warning(session)[0] == '\0');
  for (int i = 0; i < rounds; i++) {
    unsigned long packets = 0;
    long bytes = capture_read(session, buffer, length, 100, &packets, &error);
    CHECK(bytes >= 0);
    CHECK(walk(buffer, (size_t)bytes, (uint32_t)snapshot) == packets);
    total += packets;
  }
  CHECK(capture_statistics(session, &statistics, &error) == 0);
  CHECK(statistics.ps_recv >= total);
  capture_close(session);
  free(buffer);
  return total;
}

static void failing(const struct pcap_api *api, const char *device, const char *filter, const char *code) {
  struct capture_options options = {device, filter, 65536, 1, 1 << 20, 50, 1};
  struct capture_error error = {"", ""};
  CHECK(capture_open(api, &options, &error) == NULL);
  CHECK(strcmp(error.code, code) == 0 && error.text[0] != '\0');
}

int main(int count, char **words) {
  struct capture_error error = {"", ""};
  const char *const nothing[] = {"/no/such/library.so"};
  const struct pcap_api *api;
  struct pcap_if *list;
  char friendly[64];
  char endless[70000];
  int status = 0;
  CHECK(count == 3);
  CHECK(capture_library(nothing, 1, &error) == NULL && strcmp(error.code, "library-missing") == 0);
  CHECK(capture_library(nothing, 0, &error) == NULL);
  api = capture_library(names, 2, &error);
  CHECK(api != NULL && capture_library(names, 2, &error) == api);
  list = devices_list(api, &status, &error);
  CHECK(status == 0 && list != NULL);
  for (const struct pcap_if *one = list; one != NULL; one = one->next)
    for (const struct pcap_addr *address = one->addresses; address != NULL; address = address->next) {
      struct device_address told;
      if (device_address(address, &told)) CHECK(strlen(told.bytes) == (told.family == 4 ? 8u : 32u) && told.prefix_length <= 128);
    }
  api->pcap_freealldevs(list);
  CHECK(device_friendly_name(words[1], friendly, sizeof friendly) == 0);
  memset(endless, 'x', sizeof endless - 1);
  endless[sizeof endless - 1] = '\0';
  failing(api, "no-such-device", "", "no-such-device");
  failing(api, words[1], "no filter (", "filter-error");
  failing(api, words[1], endless, "filter-error");
  capture_close(NULL);
  /* A batch that is full at once, one that cuts every packet, and as it is in use. */
  capture(api, words[1], NULL, MAX_SNAPSHOT, RECORD_HEADER + MAX_SNAPSHOT, 20);
  capture(api, words[1], "udp", 68, RECORD_HEADER + MAX_SNAPSHOT, 5);
  printf("%lu\n", capture(api, words[1], "udp", MAX_SNAPSHOT, 1 << 20, atoi(words[2]) * 10));
  return 0;
}
