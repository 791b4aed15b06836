#ifndef _WIN32
__asm__(".symver dlsym,dlsym@GLIBC_2.2.5");
#define _GNU_SOURCE
#include <dlfcn.h>
#else
#include <windows.h>
#endif

#include "napi-table.h"
#include <string.h>

struct napi_table node;

static void *find(const char *name) {
#ifdef _WIN32
  return (void *)GetProcAddress(GetModuleHandleW(NULL), name);
#else
  return dlsym(RTLD_DEFAULT, name);
#endif
}

/* Worker threads may come here at the same time: all write the same values. */
int napi_table_fill(void) {
  int complete = 1;
#define X(name)                                    \
  {                                                \
    void *address = find(#name);                   \
    if (address == NULL) complete = 0;             \
    memcpy(&node.name, &address, sizeof address);  \
  }
  NAPI_FUNCTIONS(X)
#undef X
  return complete;
}
