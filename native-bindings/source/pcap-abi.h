/*
 * The part of the interface of libpcap and Npcap that is used, declared here: neither headers nor library are needed to build.
 * Names, values and layouts are those of <pcap/pcap.h> 1.10, which keeps them stable (pcap(3PCAP)).
 */
#ifndef PCAP_ABI_H
#define PCAP_ABI_H

#include <stdint.h>

#ifdef _WIN32
#include <winsock2.h>
#include <ws2tcpip.h>
#else
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#endif

#define PCAP_ERRBUF_SIZE 256

/* Return values. */
#define PCAP_ERROR_BREAK (-2)
#define PCAP_ERROR_NO_SUCH_DEVICE (-5)
#define PCAP_ERROR_PERM_DENIED (-8)
#define PCAP_ERROR_IFACE_NOT_UP (-9)
#define PCAP_ERROR_PROMISC_PERM_DENIED (-11)

#define PCAP_NETMASK_UNKNOWN 0xffffffffu
#define PCAP_TSTAMP_PRECISION_NANO 1
#define PCAP_CHAR_ENC_UTF_8 1u

typedef struct pcap pcap_t;

struct pcap_pkthdr {
  struct timeval ts; /* tv_usec holds nanoseconds where that precision was granted */
  uint32_t caplen;
  uint32_t len;
};

struct pcap_addr {
  struct pcap_addr *next;
  struct sockaddr *addr;
  struct sockaddr *netmask;
  struct sockaddr *broadaddr;
  struct sockaddr *dstaddr;
};

struct pcap_if {
  struct pcap_if *next;
  char *name;
  char *description;
  struct pcap_addr *addresses;
  uint32_t flags;
};

/* Npcap appends fields to what libpcap fills. */
struct pcap_stat {
  unsigned int ps_recv;
  unsigned int ps_drop;
  unsigned int ps_ifdrop;
  unsigned int reserved[8];
};

struct bpf_program {
  unsigned int bf_len;
  void *bf_insns;
};

typedef void (*pcap_handler)(unsigned char *user, const struct pcap_pkthdr *header, const unsigned char *bytes);

/* name, required, result, arguments */
#define PCAP_FUNCTIONS(X)                                                                        \
  X(pcap_create, 1, pcap_t *, (const char *, char *))                                            \
  X(pcap_set_snaplen, 1, int, (pcap_t *, int))                                                   \
  X(pcap_set_promisc, 1, int, (pcap_t *, int))                                                   \
  X(pcap_set_timeout, 1, int, (pcap_t *, int))                                                   \
  X(pcap_set_buffer_size, 1, int, (pcap_t *, int))                                               \
  X(pcap_set_tstamp_precision, 0, int, (pcap_t *, int))                                          \
  X(pcap_get_tstamp_precision, 0, int, (pcap_t *))                                               \
  X(pcap_activate, 1, int, (pcap_t *))                                                           \
  X(pcap_statustostr, 0, const char *, (int))                                                    \
  X(pcap_geterr, 1, char *, (pcap_t *))                                                          \
  X(pcap_close, 1, void, (pcap_t *))                                                             \
  X(pcap_compile, 1, int, (pcap_t *, struct bpf_program *, const char *, int, uint32_t))         \
  X(pcap_setfilter, 1, int, (pcap_t *, struct bpf_program *))                                    \
  X(pcap_freecode, 1, void, (struct bpf_program *))                                              \
  X(pcap_datalink, 1, int, (pcap_t *))                                                           \
  X(pcap_snapshot, 1, int, (pcap_t *))                                                           \
  X(pcap_dispatch, 1, int, (pcap_t *, int, pcap_handler, unsigned char *))                       \
  X(pcap_breakloop, 1, void, (pcap_t *))                                                         \
  X(pcap_setnonblock, 1, int, (pcap_t *, int, char *))                                           \
  X(pcap_stats, 1, int, (pcap_t *, struct pcap_stat *))                                          \
  X(pcap_findalldevs, 1, int, (struct pcap_if **, char *))                                       \
  X(pcap_freealldevs, 1, void, (struct pcap_if *))                                               \
  X(pcap_lib_version, 0, const char *, (void))                                                   \
  X(pcap_init, 0, int, (unsigned int, char *))                                                   \
  X(pcap_get_selectable_fd, 0, int, (pcap_t *))                                                  \
  X(pcap_getevent, 0, void *, (pcap_t *))

#endif
