/* The capture devices of this machine. */
#ifndef DEVICES_H
#define DEVICES_H

#include "capture.h"

#define HEX_ADDRESS 33

/* One address of a device. */
struct device_address {
  int family;             /* 4 or 6 */
  char bytes[HEX_ADDRESS]; /* network order, as hexadecimal digits */
  int prefix_length;      /* -1 where it is not known */
};

/* Devices in the library's order; NULL on failure (list-failed). An empty list is a list whose head is NULL: see `status`. */
struct pcap_if *devices_list(const struct pcap_api *api, int *status, struct capture_error *error);

/* 1 and the address where it is IPv4 or IPv6, else 0. */
int device_address(const struct pcap_addr *from, struct device_address *address);

/*
 * What the user calls the device, in UTF-8: on Windows the connection name ("Ethernet 2") behind \Device\NPF_{…}; 0 where there is none.
 * On Linux devices have no other name.
 */
int device_friendly_name(const char *device, char *name, size_t size);

#endif
