/*
 * The addon: capture.h and devices.h for JavaScript (src/live/addon.ts has the types and the promises). Nothing is kept between calls but
 * sessions; each belongs to the thread that opened it. Failures are errors with a stable `code` and the library's words.
 */
#include "devices.h"
#include "napi-table.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#define EXPORTED __declspec(dllexport)
#else
#define EXPORTED __attribute__((visibility("default")))
#endif

#define MAX_NAMES 8
#define MAX_TEXT 65536
#define FRIENDLY_NAME 512
/* Addresses told of one device. */
#define MAX_ADDRESSES 256

static const struct pcap_api *library;

static napi_value fail(napi_env env, const struct capture_error *error) {
  node.napi_throw_error(env, error->code, error->text);
  return NULL;
}

static napi_value misuse(napi_env env, const char *what) {
  node.napi_throw_error(env, "misuse", what);
  return NULL;
}

static int arguments(napi_env env, napi_callback_info info, size_t wanted, napi_value *values) {
  size_t count = wanted;
  return node.napi_get_cb_info(env, info, &count, values, NULL, NULL) == napi_ok && count >= wanted;
}

static void set(napi_env env, napi_value object, const char *name, napi_value value) {
  node.napi_set_named_property(env, object, name, value);
}

static napi_value number(napi_env env, double value) {
  napi_value result = NULL;
  node.napi_create_double(env, value, &result);
  return result;
}

static napi_value truth(napi_env env, int value) {
  napi_value result = NULL;
  node.napi_get_boolean(env, value != 0, &result);
  return result;
}

/* Null for NULL. */
static napi_value text(napi_env env, const char *value) {
  napi_value result = NULL;
  if (value == NULL) node.napi_get_null(env, &result);
  else node.napi_create_string_utf8(env, value, strlen(value), &result);
  return result;
}

/* A copy on the heap, or NULL where the value is no string or too long. */
static char *copy_text(napi_env env, napi_value value) {
  size_t length = 0;
  char *copy;
  if (node.napi_get_value_string_utf8(env, value, NULL, 0, &length) != napi_ok || length > MAX_TEXT) return NULL;
  copy = malloc(length + 1);
  if (copy != NULL) node.napi_get_value_string_utf8(env, value, copy, length + 1, &length);
  return copy;
}

/* load(names): { version } */
static napi_value load(napi_env env, napi_callback_info info) {
  struct capture_error error = {"", ""};
  char *names[MAX_NAMES] = {NULL};
  const struct pcap_api *found;
  napi_value values[1];
  napi_value result;
  uint32_t count = 0;
  bool is_array = false;
  if (!arguments(env, info, 1, values) || node.napi_is_array(env, values[0], &is_array) != napi_ok || !is_array)
    return misuse(env, "load wants an array of names");
  node.napi_get_array_length(env, values[0], &count);
  if (count > MAX_NAMES) count = MAX_NAMES;
  for (uint32_t i = 0; i < count; i++) {
    napi_value element;
    if (node.napi_get_element(env, values[0], i, &element) == napi_ok) names[i] = copy_text(env, element);
    if (names[i] == NULL) count = i;
  }
  found = capture_library((const char *const *)names, count, &error);
  for (size_t i = 0; i < MAX_NAMES; i++) free(names[i]);
  if (found == NULL) return fail(env, &error);
  library = found;
  node.napi_create_object(env, &result);
  set(env, result, "version", text(env, found->pcap_lib_version == NULL ? NULL : found->pcap_lib_version()));
  return result;
}

static napi_value addresses_of(napi_env env, const struct pcap_if *device) {
  napi_value list;
  uint32_t count = 0;
  node.napi_create_array(env, &list);
  for (const struct pcap_addr *one = device->addresses; one != NULL && count < MAX_ADDRESSES; one = one->next) {
    struct device_address address;
    napi_value object;
    if (!device_address(one, &address)) continue;
    node.napi_create_object(env, &object);
    set(env, object, "family", number(env, address.family));
    set(env, object, "bytes", text(env, address.bytes));
    set(env, object, "prefixLength", number(env, address.prefix_length));
    node.napi_set_element(env, list, count++, object);
  }
  return list;
}

/* devices(): [{ name, friendlyName, description, flags, addresses }] */
static napi_value devices(napi_env env, napi_callback_info info) {
  struct capture_error error = {"", ""};
  struct pcap_if *list;
  napi_value result;
  uint32_t count = 0;
  int status = 0;
  (void)info;
  if (library == NULL) return misuse(env, "load comes first");
  list = devices_list(library, &status, &error);
  if (status != 0) return fail(env, &error);
  node.napi_create_array(env, &result);
  for (const struct pcap_if *one = list; one != NULL; one = one->next) {
    char friendly[FRIENDLY_NAME];
    napi_value object;
    if (one->name == NULL) continue;
    node.napi_create_object(env, &object);
    set(env, object, "name", text(env, one->name));
    set(env, object, "friendlyName", text(env, device_friendly_name(one->name, friendly, sizeof friendly) ? friendly : NULL));
    set(env, object, "description", text(env, one->description));
    set(env, object, "flags", number(env, one->flags));
    set(env, object, "addresses", addresses_of(env, one));
    node.napi_set_element(env, result, count++, object);
  }
  library->pcap_freealldevs(list);
  return result;
}

/* A session as JavaScript holds it: closed by hand or, at the latest, when it is forgotten. */
struct holder {
  struct capture_session *session;
};

static void forget(napi_env env, void *data, void *hint) {
  struct holder *holder = data;
  (void)env;
  (void)hint;
  capture_close(holder->session);
  free(holder);
}

static int number_of(napi_env env, napi_value object, const char *name, int32_t *value) {
  napi_value property;
  return node.napi_get_named_property(env, object, name, &property) == napi_ok &&
         node.napi_get_value_int32(env, property, value) == napi_ok;
}

static int flag_of(napi_env env, napi_value object, const char *name) {
  napi_value property;
  bool value = false;
  return node.napi_get_named_property(env, object, name, &property) == napi_ok &&
         node.napi_get_value_bool(env, property, &value) == napi_ok && value;
}

static char *text_of(napi_env env, napi_value object, const char *name) {
  napi_value property;
  if (node.napi_get_named_property(env, object, name, &property) != napi_ok) return NULL;
  return copy_text(env, property);
}

/* open({ device, filter, snapshotLength, promiscuous, bufferBytes, timeoutMilliseconds, nanoseconds }):
   { session, linkType, snapshotLength, nanoseconds, warning } */
static napi_value open_device(napi_env env, napi_callback_info info) {
  struct capture_error error = {"", ""};
  struct capture_options options;
  int32_t snapshot_length = 0;
  int32_t buffer_bytes = 0;
  int32_t timeout = 0;
  struct holder *holder;
  napi_value values[1];
  napi_value result;
  napi_value external;
  char *device;
  char *filter;
  if (library == NULL) return misuse(env, "load comes first");
  if (!arguments(env, info, 1, values) || !number_of(env, values[0], "snapshotLength", &snapshot_length) ||
      !number_of(env, values[0], "bufferBytes", &buffer_bytes) ||
      !number_of(env, values[0], "timeoutMilliseconds", &timeout) || snapshot_length < 1 ||
      snapshot_length > MAX_SNAPSHOT || buffer_bytes < 0 || timeout < 1)
    return misuse(env, "open wants its numbers in range");
  device = text_of(env, values[0], "device");
  filter = text_of(env, values[0], "filter");
  holder = calloc(1, sizeof *holder);
  if (device == NULL || holder == NULL) {
    free(device);
    free(filter);
    free(holder);
    return misuse(env, "open wants a device");
  }
  options.device = device;
  options.filter = filter;
  options.snapshot_length = snapshot_length;
  options.promiscuous = flag_of(env, values[0], "promiscuous");
  options.buffer_bytes = buffer_bytes;
  options.timeout_milliseconds = timeout;
  options.nanoseconds = flag_of(env, values[0], "nanoseconds");
  holder->session = capture_open(library, &options, &error);
  free(device);
  free(filter);
  if (holder->session == NULL) {
    free(holder);
    return fail(env, &error);
  }
  if (node.napi_create_external(env, holder, forget, NULL, &external) != napi_ok) {
    forget(env, holder, NULL);
    return misuse(env, "no session could be made");
  }
  node.napi_create_object(env, &result);
  set(env, result, "session", external);
  set(env, result, "linkType", number(env, capture_link_type(holder->session)));
  set(env, result, "snapshotLength", number(env, capture_snapshot_length(holder->session)));
  set(env, result, "nanoseconds", truth(env, capture_nanoseconds(holder->session)));
  set(env, result, "warning", text(env, capture_warning(holder->session)));
  return result;
}

static struct holder *holder_of(napi_env env, napi_value value) {
  napi_valuetype type = napi_undefined;
  void *data = NULL;
  if (node.napi_typeof(env, value, &type) != napi_ok || type != napi_external) return NULL;
  return node.napi_get_value_external(env, value, &data) == napi_ok ? data : NULL;
}

static struct capture_session *session_of(napi_env env, napi_value value) {
  struct holder *holder = holder_of(env, value);
  return holder == NULL ? NULL : holder->session;
}

/* The doubles of a Float64Array of at least `length`, or NULL. */
static double *doubles_of(napi_env env, napi_value value, size_t length) {
  napi_typedarray_type type = napi_int8_array;
  bool is_typed = false;
  size_t count = 0;
  void *data = NULL;
  if (node.napi_is_typedarray(env, value, &is_typed) != napi_ok || !is_typed) return NULL;
  if (node.napi_get_typedarray_info(env, value, &type, &count, &data, NULL, NULL) != napi_ok) return NULL;
  return type == napi_float64_array && count >= length ? data : NULL;
}

/* readBatch(session, arrayBuffer, milliseconds, counters): bytes; counters[0] becomes the number of packets */
static napi_value read_batch(napi_env env, napi_callback_info info) {
  struct capture_error error = {"", ""};
  struct capture_session *session;
  unsigned long packets = 0;
  bool is_buffer = false;
  int32_t milliseconds = 0;
  napi_value values[4];
  void *buffer = NULL;
  size_t length = 0;
  double *counters;
  long bytes;
  if (!arguments(env, info, 4, values)) return misuse(env, "readBatch wants four arguments");
  session = session_of(env, values[0]);
  if (session == NULL) return misuse(env, "the session is closed");
  node.napi_is_arraybuffer(env, values[1], &is_buffer);
  if (!is_buffer || node.napi_get_arraybuffer_info(env, values[1], &buffer, &length) != napi_ok || buffer == NULL ||
      length < RECORD_HEADER + MAX_SNAPSHOT)
    return misuse(env, "readBatch wants an ArrayBuffer that holds one record at least");
  counters = doubles_of(env, values[3], 1);
  if (node.napi_get_value_int32(env, values[2], &milliseconds) != napi_ok || milliseconds < 0 || counters == NULL)
    return misuse(env, "readBatch wants milliseconds and a Float64Array");
  bytes = capture_read(session, buffer, length, milliseconds, &packets, &error);
  counters[0] = (double)packets;
  return bytes < 0 ? fail(env, &error) : number(env, (double)bytes);
}

/* statistics(session, counters): received, dropped, dropped by the interface; each modulo 2^32 */
static napi_value statistics(napi_env env, napi_callback_info info) {
  struct capture_error error = {"", ""};
  struct capture_session *session;
  struct pcap_stat counted;
  napi_value values[2];
  napi_value nothing = NULL;
  double *counters;
  if (!arguments(env, info, 2, values)) return misuse(env, "statistics wants two arguments");
  session = session_of(env, values[0]);
  counters = doubles_of(env, values[1], 3);
  if (session == NULL || counters == NULL) return misuse(env, "statistics wants an open session and a Float64Array");
  if (capture_statistics(session, &counted, &error) != 0) return fail(env, &error);
  counters[0] = counted.ps_recv;
  counters[1] = counted.ps_drop;
  counters[2] = counted.ps_ifdrop;
  node.napi_get_null(env, &nothing);
  return nothing;
}

/* close(session); once is enough */
static napi_value close_session(napi_env env, napi_callback_info info) {
  struct holder *holder;
  napi_value values[1];
  napi_value nothing = NULL;
  if (!arguments(env, info, 1, values)) return misuse(env, "close wants a session");
  holder = holder_of(env, values[0]);
  if (holder == NULL) return misuse(env, "close wants a session");
  capture_close(holder->session);
  holder->session = NULL;
  node.napi_get_null(env, &nothing);
  return nothing;
}

static void export_function(napi_env env, napi_value exports, const char *name, napi_callback function) {
  napi_value value = NULL;
  if (node.napi_create_function(env, name, strlen(name), function, NULL, &value) == napi_ok) set(env, exports, name, value);
}

EXPORTED int32_t node_api_module_get_api_version_v1(void) { return NAPI_VERSION; }

EXPORTED napi_value napi_register_module_v1(napi_env env, napi_value exports) {
  if (!napi_table_fill()) return NULL;
  export_function(env, exports, "load", load);
  export_function(env, exports, "devices", devices);
  export_function(env, exports, "open", open_device);
  export_function(env, exports, "readBatch", read_batch);
  export_function(env, exports, "statistics", statistics);
  export_function(env, exports, "close", close_session);
  return exports;
}
