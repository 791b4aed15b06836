/*
 * A capture library that serves packets from a file, in the place of Npcap's: the Windows path of live capture without a driver or a network.
 * The file is a classic pcap in the byte order of this machine, named by the environment variable STAND_IN_CAPTURE. Devices:
 *   \Device\NPF_{FILE}    all packets of the file, a hundred at a time, time stamps as in the file; then silence
 *   \Device\NPF_{GONE}    the same, and then it fails as an adapter that was pulled out
 *   \Device\NPF_{CLOSED}  may not be opened by this user, as Npcap says it: in words
 *   \Device\NPF_{LOSSY}   the same as FILE; its statistics tell 1000 packets that the driver dropped
 * The filter "none" lets nothing through, "refused" is refused, every other lets everything through.
 */
#include "pcap-abi.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __declspec(dllexport)
#define BURST 100
#define GLOBAL_HEADER 24
#define ERROR_ACCESS_DENIED_TEXT "Error opening adapter: Access is denied. (5)"

struct pcap {
  FILE *file;
  char device[64];
  char error[PCAP_ERRBUF_SIZE];
  uint32_t magic;
  int is_nanoseconds, is_silent, is_broken;
  unsigned received;
};

static int is(const pcap_t *pcap, const char *name) { return strstr(pcap->device, name) != NULL; }

EXPORT int pcap_init(unsigned encoding, char *error) {
  (void)error;
  return encoding == PCAP_CHAR_ENC_UTF_8 ? 0 : -1;
}
EXPORT const char *pcap_lib_version(void) { return "stand-in 1.0"; }

static struct sockaddr_in address = {.sin_family = AF_INET};
static struct sockaddr_in mask = {.sin_family = AF_INET};
static struct pcap_addr addresses = {NULL, (struct sockaddr *)&address, (struct sockaddr *)&mask, NULL, NULL};
static struct pcap_if devices[] = {
    {&devices[1], "\\Device\\NPF_{FILE}", "A file, f\xc3\xbcr Tests", &addresses, 0x2 | 0x4},
    {&devices[2], "\\Device\\NPF_{GONE}", "Pulled out", NULL, 0x2 | 0x4},
    {&devices[3], "\\Device\\NPF_{CLOSED}", "For administrators", NULL, 0x2 | 0x4},
    {NULL, "\\Device\\NPF_{LOSSY}", "Loses packets", NULL, 0x2},
};
EXPORT int pcap_findalldevs(struct pcap_if **list, char *error) {
  (void)error;
  memcpy(&address.sin_addr, "\x0a\x14\x00\x0a", 4);
  memcpy(&mask.sin_addr, "\xff\xff\xff\x00", 4);
  *list = devices;
  return 0;
}
EXPORT void pcap_freealldevs(struct pcap_if *list) { (void)list; }

EXPORT pcap_t *pcap_create(const char *device, char *error) {
  pcap_t *pcap = calloc(1, sizeof *pcap);
  if (pcap == NULL) snprintf(error, PCAP_ERRBUF_SIZE, "no memory");
  else snprintf(pcap->device, sizeof pcap->device, "%s", device);
  return pcap;
}
EXPORT int pcap_set_snaplen(pcap_t *pcap, int length) { return pcap == NULL || length <= 0; }
EXPORT int pcap_set_promisc(pcap_t *pcap, int on) { return pcap == NULL || on < 0; }
EXPORT int pcap_set_timeout(pcap_t *pcap, int milliseconds) { return pcap == NULL || milliseconds <= 0; }
EXPORT int pcap_set_buffer_size(pcap_t *pcap, int bytes) { return pcap == NULL || bytes <= 0; }
EXPORT int pcap_set_tstamp_precision(pcap_t *pcap, int precision) {
  pcap->is_nanoseconds = precision == PCAP_TSTAMP_PRECISION_NANO;
  return 0;
}
EXPORT int pcap_get_tstamp_precision(pcap_t *pcap) { return pcap->is_nanoseconds; }

EXPORT int pcap_activate(pcap_t *pcap) {
  unsigned char header[GLOBAL_HEADER];
  if (is(pcap, "CLOSED")) {
    snprintf(pcap->error, sizeof pcap->error, ERROR_ACCESS_DENIED_TEXT);
    return -1;
  }
  if (!is(pcap, "NPF_{")) return PCAP_ERROR_NO_SUCH_DEVICE;
  pcap->file = fopen(getenv("STAND_IN_CAPTURE"), "rb");
  if (pcap->file == NULL || fread(header, 1, sizeof header, pcap->file) != sizeof header) {
    snprintf(pcap->error, sizeof pcap->error, "STAND_IN_CAPTURE is no capture");
    return -1;
  }
  memcpy(&pcap->magic, header, 4);
  return 0;
}
EXPORT const char *pcap_statustostr(int status) { return status == PCAP_ERROR_NO_SUCH_DEVICE ? "No such device exists" : ""; }
EXPORT char *pcap_geterr(pcap_t *pcap) { return pcap->error; }
EXPORT void pcap_close(pcap_t *pcap) {
  if (pcap->file != NULL) fclose(pcap->file);
  free(pcap);
}

EXPORT int pcap_compile(pcap_t *pcap, struct bpf_program *program, const char *text, int optimize, uint32_t netmask) {
  (void)optimize;
  (void)netmask;
  program->bf_len = strcmp(text, "none") == 0;
  program->bf_insns = NULL;
  if (strcmp(text, "refused") != 0) return 0;
  snprintf(pcap->error, sizeof pcap->error, "syntax error in filter expression: syntax error");
  return -1;
}
EXPORT int pcap_setfilter(pcap_t *pcap, struct bpf_program *program) {
  pcap->is_silent = program->bf_len != 0;
  return 0;
}
EXPORT void pcap_freecode(struct bpf_program *program) { program->bf_len = 0; }

EXPORT int pcap_datalink(pcap_t *pcap) { return pcap == NULL ? -1 : 1; }
EXPORT int pcap_snapshot(pcap_t *pcap) { return pcap == NULL ? -1 : 262144; }
EXPORT int pcap_setnonblock(pcap_t *pcap, int on, char *error) {
  (void)error;
  return pcap == NULL || !on;
}
EXPORT void pcap_breakloop(pcap_t *pcap) { pcap->is_broken = 1; }

EXPORT int pcap_dispatch(pcap_t *pcap, int count, pcap_handler handler, unsigned char *user) {
  static unsigned char bytes[262144];
  int handed = 0;
  while (handed < count && handed < BURST && !pcap->is_silent) {
    uint32_t fields[4];
    struct pcap_pkthdr header;
    if (pcap->is_broken) {
      pcap->is_broken = 0;
      return handed == 0 ? PCAP_ERROR_BREAK : handed;
    }
    if (fread(fields, 1, sizeof fields, pcap->file) != sizeof fields) {
      if (!is(pcap, "GONE") || handed > 0) return handed;
      snprintf(pcap->error, sizeof pcap->error, "PacketReceivePacket error: The device has been removed. (1617)");
      return -1;
    }
    if (fields[2] > sizeof bytes || fread(bytes, 1, fields[2], pcap->file) != fields[2]) return handed;
    header.ts.tv_sec = (long)fields[0];
    header.ts.tv_usec = (long)(fields[1] * (pcap->is_nanoseconds && pcap->magic == 0xa1b2c3d4u ? 1000 : 1));
    header.caplen = fields[2];
    header.len = fields[3];
    pcap->received++;
    handed++;
    handler(user, &header, bytes);
  }
  return handed;
}

EXPORT int pcap_stats(pcap_t *pcap, struct pcap_stat *statistics) {
  statistics->ps_recv = pcap->received;
  statistics->ps_drop = is(pcap, "LOSSY") && pcap->received > 0 ? 1000 : 0;
  statistics->ps_ifdrop = 0;
  return 0;
}
