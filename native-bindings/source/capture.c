/* One open device, read in batches of pcap records. */
#include "capture.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#include <windows.h>
#else
#include <poll.h>
#include <time.h>
#endif

/* Longest wait for the device before the library is asked again, in milliseconds: it may know of troubles that no event tells. */
#define LONGEST_WAIT 100
/* Wait where there is nothing to wait on, and where a device in trouble keeps waking us, in milliseconds. */
#define SHORT_WAIT 10
/* Packets asked for at once: positive, since "all" may never return on a busy device (pcap_dispatch(3PCAP)). */
#define DISPATCH_COUNT 65536

struct capture_session {
  const struct pcap_api *api;
  pcap_t *pcap;
  int link_type;
  int snapshot_length;
  int nanoseconds;
  char warning[ERROR_TEXT];
  /* The failure that the next read tells; the records before it come first. */
  char failure[ERROR_TEXT];
  /* The batch, valid during capture_read. */
  unsigned char *buffer;
  size_t length;
  size_t used;
  unsigned long packets;
};

static void say(struct capture_error *error, const char *code, const char *text) {
  error->code = code;
  snprintf(error->text, sizeof error->text, "%s", text == NULL ? "" : text);
}

static long long now(void) {
#ifdef _WIN32
  return (long long)GetTickCount64();
#else
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (long long)time.tv_sec * 1000 + time.tv_nsec / 1000000;
#endif
}

static void pause_for(int milliseconds) {
#ifdef _WIN32
  Sleep((DWORD)milliseconds);
#else
  struct timespec time = {milliseconds / 1000, (long)(milliseconds % 1000) * 1000000};
  nanosleep(&time, NULL);
#endif
}

static const char *code_of(int status) {
  switch (status) {
    case PCAP_ERROR_NO_SUCH_DEVICE:
      return "no-such-device";
    case PCAP_ERROR_PERM_DENIED:
    case PCAP_ERROR_PROMISC_PERM_DENIED:
      return "no-permission";
    case PCAP_ERROR_IFACE_NOT_UP:
      return "interface-down";
    default:
      return "open-failed";
  }
}

/* The library's words for a status of pcap_activate: what the handle says, else what the status means. */
static void say_status(const struct pcap_api *api, pcap_t *pcap, int status, char *text, size_t size) {
  const char *said = api->pcap_geterr(pcap);
  const char *meaning = api->pcap_statustostr == NULL ? "" : api->pcap_statustostr(status);
  const int is_general = status == -1 || status == 1;
  if (is_general || meaning[0] == '\0') snprintf(text, size, "%s", said);
  else if (said[0] == '\0') snprintf(text, size, "%s", meaning);
  else snprintf(text, size, "%s (%s)", meaning, said);
}

static int set_filter(const struct pcap_api *api, pcap_t *pcap, const char *filter, struct capture_error *error) {
  struct bpf_program program;
  int status;
  if (api->pcap_compile(pcap, &program, filter, 1, PCAP_NETMASK_UNKNOWN) != 0) {
    say(error, "filter-error", api->pcap_geterr(pcap));
    return -1;
  }
  status = api->pcap_setfilter(pcap, &program);
  api->pcap_freecode(&program);
  if (status != 0) say(error, "filter-error", api->pcap_geterr(pcap));
  return status;
}

struct capture_session *capture_open(const struct pcap_api *api, const struct capture_options *options,
                                     struct capture_error *error) {
  char text[PCAP_ERRBUF_SIZE] = "";
  struct capture_session *session;
  int status;
  pcap_t *pcap = api->pcap_create(options->device, text);
  if (pcap == NULL) {
    say(error, "open-failed", text);
    return NULL;
  }
  session = calloc(1, sizeof *session);
  if (session == NULL) {
    api->pcap_close(pcap);
    say(error, "open-failed", "no memory is left");
    return NULL;
  }
  session->api = api;
  session->pcap = pcap;
  api->pcap_set_snaplen(pcap, options->snapshot_length);
  api->pcap_set_promisc(pcap, options->promiscuous);
  api->pcap_set_timeout(pcap, options->timeout_milliseconds);
  if (options->buffer_bytes > 0) api->pcap_set_buffer_size(pcap, options->buffer_bytes);
  if (options->nanoseconds && api->pcap_set_tstamp_precision != NULL)
    api->pcap_set_tstamp_precision(pcap, PCAP_TSTAMP_PRECISION_NANO);
  status = api->pcap_activate(pcap);
  if (status < 0) {
    error->code = code_of(status);
    say_status(api, pcap, status, error->text, sizeof error->text);
    capture_close(session);
    return NULL;
  }
  if (status > 0) say_status(api, pcap, status, session->warning, sizeof session->warning);
  if (options->filter != NULL && options->filter[0] != '\0' && set_filter(api, pcap, options->filter, error) != 0) {
    capture_close(session);
    return NULL;
  }
  /* A blocking read would wait for ever on an idle link with TPACKET_V3, whatever the timeout: waiting is done here, with an end. */
  if (api->pcap_setnonblock(pcap, 1, text) != 0) {
    say(error, "open-failed", text);
    capture_close(session);
    return NULL;
  }
  session->link_type = api->pcap_datalink(pcap);
  session->snapshot_length = api->pcap_snapshot(pcap);
  session->nanoseconds = api->pcap_get_tstamp_precision != NULL &&
                         api->pcap_get_tstamp_precision(pcap) == PCAP_TSTAMP_PRECISION_NANO;
  return session;
}

void capture_close(struct capture_session *session) {
  if (session == NULL) return;
  session->api->pcap_close(session->pcap);
  free(session);
}

int capture_link_type(const struct capture_session *session) { return session->link_type; }
int capture_snapshot_length(const struct capture_session *session) { return session->snapshot_length; }
int capture_nanoseconds(const struct capture_session *session) { return session->nanoseconds; }
const char *capture_warning(const struct capture_session *session) { return session->warning; }

/* Room for one more record, whatever its length. */
static int is_full(const struct capture_session *session) {
  const size_t longest = session->snapshot_length > 0 && session->snapshot_length < MAX_SNAPSHOT
                             ? (size_t)session->snapshot_length
                             : MAX_SNAPSHOT;
  return session->length - session->used < RECORD_HEADER + longest;
}

static void on_packet(unsigned char *user, const struct pcap_pkthdr *header, const unsigned char *bytes) {
  struct capture_session *session = (struct capture_session *)user;
  const size_t room = session->length - session->used;
  uint32_t fields[4];
  size_t captured = header->caplen;
  if (room < RECORD_HEADER) return;
  /* No library hands over more than the snapshot length; if one did, the rest is cut, and the record says so. */
  if (captured > room - RECORD_HEADER) captured = room - RECORD_HEADER;
  fields[0] = (uint32_t)header->ts.tv_sec;
  fields[1] = (uint32_t)header->ts.tv_usec;
  fields[2] = (uint32_t)captured;
  fields[3] = header->len;
  memcpy(session->buffer + session->used, fields, RECORD_HEADER);
  memcpy(session->buffer + session->used + RECORD_HEADER, bytes, captured);
  session->used += RECORD_HEADER + captured;
  session->packets++;
  if (is_full(session)) session->api->pcap_breakloop(session->pcap);
}

/* Waits until the device may have packets, at most `milliseconds`. */
static void wait_for_packets(struct capture_session *session, int milliseconds) {
  if (milliseconds > LONGEST_WAIT) milliseconds = LONGEST_WAIT;
#ifdef _WIN32
  HANDLE event = session->api->pcap_getevent == NULL ? NULL : session->api->pcap_getevent(session->pcap);
  if (event == NULL || event == INVALID_HANDLE_VALUE || WaitForSingleObject(event, (DWORD)milliseconds) == WAIT_FAILED)
    pause_for(milliseconds < SHORT_WAIT ? milliseconds : SHORT_WAIT);
#else
  struct pollfd waiting = {-1, POLLIN, 0};
  if (session->api->pcap_get_selectable_fd != NULL) waiting.fd = session->api->pcap_get_selectable_fd(session->pcap);
  if (waiting.fd < 0) {
    pause_for(milliseconds < SHORT_WAIT ? milliseconds : SHORT_WAIT);
    return;
  }
  /* A device that went down wakes every wait at once until it is back. */
  if (poll(&waiting, 1, milliseconds) > 0 && (waiting.revents & ~POLLIN) != 0) pause_for(SHORT_WAIT);
#endif
}

long capture_read(struct capture_session *session, unsigned char *buffer, size_t length, int milliseconds,
                  unsigned long *packets, struct capture_error *error) {
  const long long deadline = now() + milliseconds;
  session->buffer = buffer;
  session->length = length;
  session->used = 0;
  session->packets = 0;
  while (session->failure[0] == '\0' && !is_full(session)) {
    const int count = session->api->pcap_dispatch(session->pcap, DISPATCH_COUNT, on_packet, (unsigned char *)session);
    long long left;
    if (count < 0 && count != PCAP_ERROR_BREAK) {
      const char *text = session->api->pcap_geterr(session->pcap);
      snprintf(session->failure, sizeof session->failure, "%s", text[0] == '\0' ? "the capture library gives no reason" : text);
      break;
    }
    left = deadline - now();
    if (left <= 0) break;
    if (count == 0 || (count == PCAP_ERROR_BREAK && session->packets == 0)) wait_for_packets(session, (int)left);
  }
  session->buffer = NULL;
  *packets = session->packets;
  if (session->used == 0 && session->failure[0] != '\0') {
    say(error, "read-failed", session->failure);
    session->failure[0] = '\0';
    return -1;
  }
  return (long)session->used;
}

int capture_statistics(struct capture_session *session, struct pcap_stat *statistics, struct capture_error *error) {
  memset(statistics, 0, sizeof *statistics);
  if (session->api->pcap_stats(session->pcap, statistics) == 0) return 0;
  say(error, "stats-failed", session->api->pcap_geterr(session->pcap));
  return -1;
}
