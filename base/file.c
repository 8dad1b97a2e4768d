// SPDX-License-Identifier: Apache-2.0
// Files come in whole and go out whole. Saving writes a temporary file beside the target, makes it
// durable and renames it over the target: whoever looks sees the old bytes or the new ones.
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 4096, TEMP_TRIES = 100, LINKS_MAX = 40 };

// Constant texts: nobody sets a locale.
static Status io_error(const char **error, int code) {
    *error = strerror(code);
    return STATUS_IO;
}

// ---- reading ----

typedef struct Reading {
    Heap *heap;
    int fd;
    size_t max_size;
    StrBuf buf;
    int code; // an errno, or 0
} Reading;

// Reads to the end, or one byte beyond max_size.
static void read_all(Reading *reading) {
    enum { STEP = 64 * 1024 };
    char *step = heap_alloc_raw(reading->heap, STEP, 1);
    while (reading->buf.len <= reading->max_size) {
        size_t want = reading->max_size - reading->buf.len + 1;
        ssize_t n = read(reading->fd, step, MIN((size_t)STEP, want));
        if (n > 0)
            strbuf_add_bytes(&reading->buf, step, (size_t)n);
        else if (n == 0)
            break;
        else if (errno == EINTR)
            heap_poll(reading->heap); // so that an interrupt ends a wait for standard input
        else {
            reading->code = errno;
            break;
        }
    }
    heap_free(reading->heap, step);
}

// The same, and closes the file even if the job fails on the way. Standard input stays open.
static void read_and_close(Reading *reading) {
    HeapRecover outer = heap_recover_save(reading->heap);
    bool ok = HEAP_TRY(reading->heap);
    if (ok)
        read_all(reading);
    heap_recover_restore(reading->heap, &outer);
    if (reading->fd != STDIN_FILENO)
        close(reading->fd);
    if (!ok)
        heap_rethrow(reading->heap);
}

static int open_to_read(Heap *heap, const char *path) {
    if (strcmp(path, "-") == 0)
        return STDIN_FILENO;
    for (;;) {
        int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        if (fd >= 0 || errno != EINTR)
            return fd;
        heap_poll(heap); // a FIFO that nobody writes
    }
}

Status file_read(Arena *arena, const char *path, size_t max_size, Str *out, const char **error) {
    *out = (Str){"", 0};
    *error = "";
    Reading reading = {.heap = arena->heap, .max_size = MIN(max_size, (size_t)NONE - 1)};
    reading.fd = open_to_read(arena->heap, path);
    if (reading.fd < 0)
        return io_error(error, errno);
    strbuf_init(&reading.buf, arena->heap);
    read_and_close(&reading);
    Status status = STATUS_OK;
    if (reading.code) {
        status = io_error(error, reading.code);
    } else if (reading.buf.len > reading.max_size) {
        *error = "longer than its limit";
        status = STATUS_LIMIT;
    } else {
        *out = str_copy(arena, strbuf_str(&reading.buf));
    }
    strbuf_finish(&reading.buf);
    return status;
}

// ---- saving ----

static bool is_cancelled(const volatile int *cancel) { return cancel && *cancel; }

// 0 or an errno; EINTR when cancelled.
static int write_all(int fd, const char *bytes, size_t size, const volatile int *cancel) {
    while (size > 0) {
        if (is_cancelled(cancel))
            return EINTR;
        ssize_t n = write(fd, bytes, size);
        if (n > 0) {
            bytes += n;
            size -= (size_t)n;
        } else if (n == 0) {
            return ENOSPC;
        } else if (errno != EINTR) {
            return errno;
        }
    }
    return 0;
}

static int sync_fd(int fd) {
    while (fsync(fd) != 0)
        if (errno != EINTR)
            return errno == EINVAL ? 0 : errno; // a file system without fsync
    return 0;
}

// After an interrupted close the descriptor is gone (Linux); trying again could close another's.
static int close_fd(int fd) {
    return close(fd) == 0 || errno == EINTR ? 0 : errno;
}

// To what may wait for a reader for ever, and so can be cancelled.
static int save_direct(const char *path, const void *bytes, size_t size, const volatile int *cancel) {
    int fd;
    do
        fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    while (fd < 0 && errno == EINTR && !is_cancelled(cancel));
    if (fd < 0)
        return errno;
    int code = write_all(fd, bytes, size, cancel);
    int close_code = close_fd(fd);
    return code ? code : close_code;
}

// The length of path's folder with its '/': 0 when there is none.
static size_t folder_len(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) + 1 : 0;
}

// Opens a new file beside path, named so that an abandoned one tells where it came from.
static int open_temp(const char *path, char temp[PATH_SIZE], int *fd) {
    size_t len = folder_len(path);
    for (u32 i = 0; i < TEMP_TRIES; i++) {
        int n = snprintf(temp, PATH_SIZE, "%.*s.frc-%ld-%u.tmp", (int)len, path, (long)getpid(),
                         (unsigned)i);
        if (n < 0 || n >= PATH_SIZE)
            return ENAMETOOLONG;
        *fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
        if (*fd >= 0)
            return 0;
        if (errno != EEXIST && errno != EINTR)
            return errno;
    }
    return EEXIST;
}

// Makes the rename itself durable. Its failure changes nothing about what stands in the file.
static void sync_folder(const char *path) {
    char folder[PATH_SIZE];
    size_t len = folder_len(path);
    if (len >= PATH_SIZE)
        return;
    memcpy(folder, len ? path : ".", len ? len : 1);
    folder[len ? len : 1] = 0;
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    (void)sync_fd(fd);
    close(fd);
}

// mode 0: as the process's mask says.
static int save_replacing(const char *path, const void *bytes, size_t size, mode_t mode,
                          bool is_synced) {
    char temp[PATH_SIZE];
    int fd = -1;
    int code = open_temp(path, temp, &fd);
    if (code)
        return code;
    if (mode && fchmod(fd, mode & 0777) != 0)
        code = errno;
    if (!code)
        code = write_all(fd, bytes, size, NULL);
    if (!code && is_synced)
        code = sync_fd(fd);
    int close_code = close_fd(fd);
    if (!code)
        code = close_code;
    if (!code && rename(temp, path) != 0)
        code = errno;
    if (code)
        unlink(temp);
    else if (is_synced)
        sync_folder(path);
    return code;
}

// Follows the links that path itself is (not those of its folders) into real, so that the link
// stays and what it names is replaced. 0 or an errno.
static int follow_links(const char *path, char real[PATH_SIZE]) {
    size_t len = strlen(path);
    if (len >= PATH_SIZE)
        return ENAMETOOLONG;
    memcpy(real, path, len + 1);
    for (u32 i = 0; i < LINKS_MAX; i++) {
        char target[PATH_SIZE];
        ssize_t n = readlink(real, target, sizeof target);
        if (n < 0)
            return errno == EINVAL || errno == ENOENT ? 0 : errno; // no link, or nothing yet
        size_t start = target[0] == '/' ? 0 : folder_len(real);
        if (start + (size_t)n >= PATH_SIZE)
            return ENAMETOOLONG;
        memcpy(real + start, target, (size_t)n);
        real[start + (size_t)n] = 0;
    }
    return ELOOP;
}

static int save_path(const char *path, const void *bytes, size_t size, const volatile int *cancel,
                     bool is_synced) {
    struct stat info;
    bool exists = stat(path, &info) == 0;
    if (!exists && errno != ENOENT)
        return errno;
    if (exists && S_ISDIR(info.st_mode))
        return EISDIR;
    if (exists && !S_ISREG(info.st_mode))
        return save_direct(path, bytes, size, cancel);
    // A file that may not be written is not replaced either, although its folder would allow it.
    if (exists && access(path, W_OK) != 0)
        return errno;
    char real[PATH_SIZE];
    int code = follow_links(path, real);
    return code ? code : save_replacing(real, bytes, size, exists ? info.st_mode : 0, is_synced);
}

Status file_save(const char *path, const void *bytes, size_t size, const char **error) {
    return file_save_unless(NULL, path, bytes, size, error);
}

Status file_save_unless(const volatile int *cancel, const char *path, const void *bytes, size_t size,
                        const char **error) {
    *error = "";
    // Opened anew, a redirected /dev/stdout would start at the file's first byte again.
    bool is_stdout = strcmp(path, "-") == 0 || strcmp(path, "/dev/stdout") == 0;
    int code = is_stdout ? write_all(STDOUT_FILENO, bytes, size, cancel)
                         : save_path(path, bytes, size, cancel, true);
    return code ? io_error(error, code) : STATUS_OK;
}

Status file_save_unsynced(const char *path, const void *bytes, size_t size, const char **error) {
    *error = "";
    int code = save_path(path, bytes, size, NULL, false);
    return code ? io_error(error, code) : STATUS_OK;
}
