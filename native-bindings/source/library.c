/* Finds the capture library in the running system. */
#ifndef _WIN32
/* dlopen and dlsym under the version that every glibc for x86-64 has, so that one binary serves old and new systems. */
#if defined(__GLIBC__) || defined(__linux__)
__asm__(".symver dlopen,dlopen@GLIBC_2.2.5");
__asm__(".symver dlsym,dlsym@GLIBC_2.2.5");
__asm__(".symver dlerror,dlerror@GLIBC_2.2.5");
__asm__(".symver dlclose,dlclose@GLIBC_2.2.5");
#endif
#endif

#include "capture.h"
#include <stdio.h>
#include <string.h>

#ifdef _WIN32
#include <windows.h>
#else
#include <dlfcn.h>
#endif

/* Written once, under the lock; read freely afterwards: the library stays loaded as long as the process lives. */
static struct pcap_api api;
static int is_loaded;
static volatile int lock;

static void fail(struct capture_error *error, const char *code, const char *text) {
  error->code = code;
  snprintf(error->text, sizeof error->text, "%s", text);
}

#ifdef _WIN32

typedef HMODULE library;

static void *symbol(library handle, const char *name) { return (void *)GetProcAddress(handle, name); }

static void unload(library handle) { FreeLibrary(handle); }

/* Only from the system folder, where only administrators write: a DLL planted elsewhere would run with the rights of the user. */
static library find_library(const char *const *names, size_t count, struct capture_error *error) {
  static const wchar_t *const places[] = {L"\\Npcap\\wpcap.dll", L"\\wpcap.dll"};
  wchar_t path[MAX_PATH + 32];
  DWORD reason = 0;
  UINT length = GetSystemDirectoryW(path, MAX_PATH);
  (void)names;
  (void)count;
  if (length == 0 || length >= MAX_PATH) {
    fail(error, "library-missing", "the system folder is not known");
    return NULL;
  }
  for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
    HMODULE handle;
    DWORD found;
    wcscpy(path + length, places[i]);
    /* Packet.dll, which wpcap.dll needs, is looked for beside it. */
    handle = LoadLibraryExW(path, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
    if (handle != NULL) return handle;
    found = GetLastError();
    if (reason == 0 || (found != ERROR_MOD_NOT_FOUND && found != ERROR_PATH_NOT_FOUND)) reason = found;
  }
  snprintf(error->text, sizeof error->text, "wpcap.dll could not be loaded from the system folder (Windows error %lu)", reason);
  error->code = "library-missing";
  return NULL;
}

/* The wpcap.dll of Wine has names for what it cannot do, and a call of those ends the process. */
static void leave_out(struct pcap_api *found) {
  const HMODULE system = GetModuleHandleW(L"ntdll.dll");
  if (system != NULL && GetProcAddress(system, "wine_get_version") != NULL) found->pcap_getevent = NULL;
}

static void take_lock(void) {
  while (InterlockedExchange((volatile LONG *)&lock, 1) != 0) Sleep(1);
}
static void leave_lock(void) { InterlockedExchange((volatile LONG *)&lock, 0); }

#else

typedef void *library;

static void *symbol(library handle, const char *name) { return dlsym(handle, name); }

static void unload(library handle) { dlclose(handle); }

static library find_library(const char *const *names, size_t count, struct capture_error *error) {
  for (size_t i = 0; i < count; i++) {
    void *handle = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    if (handle != NULL) return handle;
    if (i == 0) {
      const char *reason = dlerror();
      fail(error, "library-missing", reason == NULL ? "it could not be loaded" : reason);
    }
  }
  if (count == 0) fail(error, "library-missing", "no library is named");
  return NULL;
}

static void leave_out(struct pcap_api *found) { (void)found; }

static void take_lock(void) {
  while (__atomic_exchange_n(&lock, 1, __ATOMIC_ACQUIRE) != 0)
    ;
}
static void leave_lock(void) { __atomic_store_n(&lock, 0, __ATOMIC_RELEASE); }

#endif

static int load(const char *const *names, size_t count, struct capture_error *error) {
  struct pcap_api found;
  char ignored[PCAP_ERRBUF_SIZE] = "";
  library handle = find_library(names, count, error);
  if (handle == NULL) return 0;
#define X(name, required, result, arguments)                                                    \
  {                                                                                             \
    void *address = symbol(handle, #name);                                                      \
    if (address == NULL && required) {                                                          \
      fail(error, "library-unfit", "it has no " #name);                                         \
      unload(handle);                                                                           \
      return 0;                                                                                 \
    }                                                                                           \
    memcpy(&found.name, &address, sizeof address);                                              \
  }
  PCAP_FUNCTIONS(X)
#undef X
  leave_out(&found);
  /* Names and messages in UTF-8, also on Windows. Fails where something in the process chose otherwise before: no harm. */
  if (found.pcap_init != NULL) found.pcap_init(PCAP_CHAR_ENC_UTF_8, ignored);
  api = found;
  return 1;
}

const struct pcap_api *capture_library(const char *const *names, size_t count, struct capture_error *error) {
  take_lock();
  if (!is_loaded) is_loaded = load(names, count, error);
  leave_lock();
  return is_loaded ? &api : NULL;
}
