// SPDX-License-Identifier: Apache-2.0
// A small writer of ZIP files (APPNOTE 6.3, without ZIP64): deflated entries, all of one fixed
// time, so that the same content gives the same bytes (given the same libdeflate).
#ifndef FRC_COMPILER_EXPORT_ZIP_H
#define FRC_COMPILER_EXPORT_ZIP_H

#include "base/str.h"

enum { ZIP_ENTRIES_MAX = 8 };

typedef struct ZipEntry {
    const char *name;
    u32 crc, size, packed_size, off;
} ZipEntry;

typedef struct ZipWriter {
    StrBuf *out;
    size_t start;
    ZipEntry entries[ZIP_ENTRIES_MAX];
    u32 n_entries;
} ZipWriter;

void zip_begin(ZipWriter *zip, StrBuf *out);
// name: constant. False: the file would pass ZIP's 4 GiB.
bool zip_add(ZipWriter *zip, const char *name, Str content);
bool zip_end(ZipWriter *zip);

#endif
