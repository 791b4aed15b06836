/* The capture devices of this machine. */
#include "devices.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pcap_if *devices_list(const struct pcap_api *api, int *status, struct capture_error *error) {
  char text[PCAP_ERRBUF_SIZE] = "";
  struct pcap_if *list = NULL;
  *status = api->pcap_findalldevs(&list, text);
  if (*status == 0) return list;
  error->code = "list-failed";
  snprintf(error->text, sizeof error->text, "%s", text);
  return NULL;
}

static int prefix_of(const unsigned char *mask, size_t length) {
  int bits = 0;
  for (size_t i = 0; i < length; i++)
    for (int bit = 0x80; bit != 0; bit >>= 1) {
      if ((mask[i] & bit) == 0) return bits;
      bits++;
    }
  return bits;
}

static const unsigned char *bytes_of(const struct sockaddr *address, size_t *length) {
  if (address == NULL) return NULL;
  if (address->sa_family == AF_INET) {
    *length = 4;
    return (const unsigned char *)&((const struct sockaddr_in *)(const void *)address)->sin_addr;
  }
  if (address->sa_family == AF_INET6) {
    *length = 16;
    return (const unsigned char *)&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
  }
  return NULL;
}

int device_address(const struct pcap_addr *from, struct device_address *address) {
  size_t length = 0;
  size_t mask_length = 0;
  const unsigned char *bytes = bytes_of(from->addr, &length);
  const unsigned char *mask = bytes_of(from->netmask, &mask_length);
  if (bytes == NULL) return 0;
  address->family = length == 4 ? 4 : 6;
  for (size_t i = 0; i < length; i++) snprintf(address->bytes + 2 * i, 3, "%02x", bytes[i]);
  address->prefix_length = mask == NULL || mask_length != length ? -1 : prefix_of(mask, length);
  return 1;
}

#ifdef _WIN32

#include <iphlpapi.h>

/* Adapters of a machine change while they are listed; so often is asked again. */
#define TRIES 4
#define FIRST_SIZE (32 * 1024)

typedef ULONG(WINAPI *get_adapters)(ULONG, ULONG, void *, IP_ADAPTER_ADDRESSES *, ULONG *);

static get_adapters find_get_adapters(void) {
  wchar_t path[MAX_PATH + 32];
  get_adapters found = NULL;
  FARPROC address;
  HMODULE handle;
  UINT length = GetSystemDirectoryW(path, MAX_PATH);
  if (length == 0 || length >= MAX_PATH) return NULL;
  wcscpy(path + length, L"\\iphlpapi.dll");
  handle = LoadLibraryW(path);
  if (handle == NULL) return NULL;
  address = GetProcAddress(handle, "GetAdaptersAddresses");
  memcpy(&found, &address, sizeof found);
  return found;
}

int device_friendly_name(const char *device, char *name, size_t size) {
  static const char prefix[] = "\\Device\\NPF_";
  const ULONG flags = GAA_FLAG_SKIP_ANYCAST | GAA_FLAG_SKIP_MULTICAST | GAA_FLAG_SKIP_DNS_SERVER | GAA_FLAG_SKIP_UNICAST;
  const get_adapters adapters = find_get_adapters();
  ULONG bytes = FIRST_SIZE;
  int found = 0;
  if (adapters == NULL || strncmp(device, prefix, sizeof prefix - 1) != 0) return 0;
  for (int i = 0; i < TRIES && !found; i++) {
    IP_ADAPTER_ADDRESSES *list = malloc(bytes);
    ULONG status;
    if (list == NULL) return 0;
    status = adapters(AF_UNSPEC, flags, NULL, list, &bytes);
    if (status == ERROR_SUCCESS)
      for (const IP_ADAPTER_ADDRESSES *one = list; one != NULL && !found; one = one->Next)
        if (_stricmp(one->AdapterName, device + sizeof prefix - 1) == 0)
          found = WideCharToMultiByte(CP_UTF8, 0, one->FriendlyName, -1, name, (int)size, NULL, NULL) > 0;
    free(list);
    if (status != ERROR_BUFFER_OVERFLOW) break;
  }
  return found;
}

#else

int device_friendly_name(const char *device, char *name, size_t size) {
  (void)device;
  (void)name;
  (void)size;
  return 0;
}

#endif
