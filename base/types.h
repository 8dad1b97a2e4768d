// SPDX-License-Identifier: Apache-2.0
// The fixed-width names that the whole project uses, the status codes, and spans.
#ifndef FRC_BASE_TYPES_H
#define FRC_BASE_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t i8;
typedef int16_t i16;
typedef int32_t i32;
typedef int64_t i64;
typedef float f32;
typedef double f64;

// An index that names nothing.
#define NONE UINT32_MAX

#define COUNT_OF(array) ((u32)(sizeof(array) / sizeof((array)[0])))
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

#if defined(__GNUC__)
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define PRINTF_LIKE(fmt, args)
#endif

// What became of an operation on the world. The values are the process exit codes (spec/cli.md).
typedef enum Status {
    STATUS_OK = 0,
    STATUS_PROGRAM = 1,     // the user's program has errors (diagnostics say which)
    STATUS_USAGE = 2,       // wrong command line
    STATUS_IO = 3,          // a file could not be read or written
    STATUS_LIMIT = 4,       // a declared limit was reached
    STATUS_MEMORY = 5,      // the system has no memory left
    STATUS_BUG = 6,         // a check of our own failed; nothing was written
    STATUS_VULKAN = 7,      // no usable device to draw with
    STATUS_NETWORK = 8,     // the model server or the network failed
    STATUS_UNACCEPTED = 9,  // the agent ended without an accepted result
    STATUS_INTERRUPTED = 130,
    STATUS_TERMINATED = 143,
} Status;

// A range of bytes in a source (an index into Sources). len may be 0: a place between two bytes.
typedef struct Span {
    u32 source, off, len;
} Span;

// The smallest span that covers both; they lie in one source.
static inline Span span_join(Span a, Span b) {
    u32 off = MIN(a.off, b.off);
    u32 end = MAX(a.off + a.len, b.off + b.len);
    return (Span){a.source, off, end - off};
}

#endif
