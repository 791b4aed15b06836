/*
 * The Node-API functions, looked up in the running executable. An import library would tie the addon to a program called node.exe, and
 * a delayed import crashes in a renamed one; this works in node, in a renamed node and in a single executable.
 */
#ifndef NAPI_TABLE_H
#define NAPI_TABLE_H

#define NAPI_VERSION 8
#include <node_api.h>

#define NAPI_FUNCTIONS(X)        \
  X(napi_create_function)        \
  X(napi_set_named_property)     \
  X(napi_get_named_property)     \
  X(napi_get_cb_info)            \
  X(napi_throw_error)            \
  X(napi_create_external)        \
  X(napi_get_value_external)     \
  X(napi_typeof)                 \
  X(napi_create_object)          \
  X(napi_create_array)           \
  X(napi_set_element)            \
  X(napi_get_element)            \
  X(napi_get_array_length)       \
  X(napi_is_array)               \
  X(napi_create_string_utf8)     \
  X(napi_get_value_string_utf8)  \
  X(napi_get_boolean)            \
  X(napi_get_null)               \
  X(napi_get_value_bool)         \
  X(napi_create_double)          \
  X(napi_get_value_int32)        \
  X(napi_is_arraybuffer)         \
  X(napi_get_arraybuffer_info)   \
  X(napi_is_typedarray)          \
  X(napi_get_typedarray_info)

struct napi_table {
#define X(name) __typeof__(name) *name;
  NAPI_FUNCTIONS(X)
#undef X
};

extern struct napi_table node;

/* 1 where every function was found. */
int napi_table_fill(void);

#endif
