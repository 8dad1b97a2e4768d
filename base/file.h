// SPDX-License-Identifier: Apache-2.0
// Reading whole files with a bound, and saving so that either the old bytes or the new ones stand.
#ifndef FRC_BASE_FILE_H
#define FRC_BASE_FILE_H

#include "base/str.h"

// Reads all of path ("-": standard input) into arena, NUL-terminated. STATUS_IO: *error says why
// ("No such file or directory"); STATUS_LIMIT: longer than max_size.
Status file_read(Arena *arena, const char *path, size_t max_size, Str *out, const char **error);

// Saves bytes under path ("-": standard output). A regular target is replaced atomically: a temporary
// file in the same folder, fsync, rename, fsync of the folder; on any failure the old file stays and
// the temporary one is gone. Other targets (FIFO, /dev/stdout) are written directly.
Status file_save(const char *path, const void *bytes, size_t size, const char **error);
// The same; writing to a FIFO, a terminal or standard output, which may wait for ever, ends with
// STATUS_IO when a signal's handler has set *cancel. A regular file is replaced nevertheless.
Status file_save_unless(const volatile int *cancel, const char *path, const void *bytes, size_t size,
                        const char **error);

// As file_save, but the system chooses when the bytes reach the disk: if the machine crashes, the file
// may be old, new or empty. For what is written by the thousand and can be made again.
Status file_save_unsynced(const char *path, const void *bytes, size_t size, const char **error);

#endif
