/*
 * Live capture over a capture library that is loaded at run time. Nothing here knows of JavaScript; addon.c does.
 * One session belongs to one thread; several threads may have a session each.
 */
#ifndef CAPTURE_H
#define CAPTURE_H

#include "pcap-abi.h"
#include <stddef.h>

/* Bytes of a record header in a batch: that of classic pcap, in the byte order of this machine. */
#define RECORD_HEADER 16
/* Largest snapshot length, in bytes: that of libpcap. A batch must hold one record of it. */
#define MAX_SNAPSHOT 262144
#define ERROR_TEXT 512

/* A failure: a stable code and the library's own words. */
struct capture_error {
  const char *code;
  char text[ERROR_TEXT];
};

/* All functions of PCAP_FUNCTIONS; optional ones may be NULL. */
struct pcap_api {
#define X(name, required, result, arguments) result(*name) arguments;
  PCAP_FUNCTIONS(X)
#undef X
};

/*
 * Loads the capture library, once for the process; later calls give the same table.
 * `names` are tried in order on Linux; Windows loads wpcap.dll by its full path below the system folder, never by the search order.
 * NULL where there is none (code library-missing) or it lacks functions (library-unfit).
 */
const struct pcap_api *capture_library(const char *const *names, size_t count, struct capture_error *error);

struct capture_options {
  const char *device;
  const char *filter; /* NULL or empty: everything */
  int snapshot_length;
  int promiscuous;
  int buffer_bytes;
  int timeout_milliseconds; /* how long the kernel may hold a packet back to hand over many at once */
  int nanoseconds;          /* wanted; see capture_nanoseconds */
};

struct capture_session;

/* NULL on failure: no-such-device, no-permission, interface-down, filter-error, open-failed. */
struct capture_session *capture_open(const struct pcap_api *api, const struct capture_options *options,
                                     struct capture_error *error);
void capture_close(struct capture_session *session);

int capture_link_type(const struct capture_session *session); /* a DLT_ value */
int capture_snapshot_length(const struct capture_session *session);
int capture_nanoseconds(const struct capture_session *session); /* 1 where time stamps count nanoseconds */
const char *capture_warning(const struct capture_session *session); /* empty where there is none */

/*
 * Fills `buffer` with whole pcap records until no further one is sure to fit or `milliseconds` have passed, whichever is first.
 * `length` is at least RECORD_HEADER + MAX_SNAPSHOT. Packets are counted into `packets`.
 * Returns bytes written, 0 where nothing came, -1 on failure (read-failed); records read before the failure come first, the failure
 * with the next call.
 */
long capture_read(struct capture_session *session, unsigned char *buffer, size_t length, int milliseconds,
                  unsigned long *packets, struct capture_error *error);

/* Counters since the session was opened, each modulo 2^32. 0, or -1 on failure (stats-failed). */
int capture_statistics(struct capture_session *session, struct pcap_stat *statistics, struct capture_error *error);

#endif
