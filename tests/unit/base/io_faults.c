// SPDX-License-Identifier: Apache-2.0
// Every system call of saving and reading is made to fail, at each of its first occurrences, in
// each of the ways it can. The program defines the calls itself, so that base's own go through
// them.
#define _GNU_SOURCE // syscall
#include "base/file.h"
#include "tests/unit/test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef enum Call {
    CALL_OPEN,
    CALL_READ,
    CALL_WRITE,
    CALL_FSYNC,
    CALL_FCHMOD,
    CALL_CLOSE,
    CALL_RENAME,
    N_CALLS
} Call;

enum { SHORT = -1 }; // instead of an errno: do only a part

// The fault to come: occurrence nth (1-based) of call ends with code.
static struct {
    Call call;
    int nth, code;
    int counts[N_CALLS];
} fault;

// 0, or what the call shall do instead of its work.
static int fault_now(Call call) {
    fault.counts[call]++;
    return call == fault.call && fault.counts[call] == fault.nth ? fault.code : 0;
}

static long finish(long result, int code) {
    if (!code)
        return result;
    errno = code;
    return -1;
}

int open(const char *path, int flags, ...) {
    va_list args;
    va_start(args, flags);
    unsigned mode = flags & O_CREAT ? va_arg(args, unsigned) : 0;
    va_end(args);
    int code = fault_now(CALL_OPEN);
    return (int)(code ? finish(0, code) : syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

ssize_t read(int fd, void *bytes, size_t size) {
    int code = fault_now(CALL_READ);
    if (code == SHORT)
        return syscall(SYS_read, fd, bytes, MIN(size, (size_t)7));
    return code ? finish(0, code) : syscall(SYS_read, fd, bytes, size);
}

ssize_t write(int fd, const void *bytes, size_t size) {
    int code = fault_now(CALL_WRITE);
    if (code == SHORT)
        return syscall(SYS_write, fd, bytes, MIN(size, (size_t)7));
    return code ? finish(0, code) : syscall(SYS_write, fd, bytes, size);
}

int fsync(int fd) {
    int code = fault_now(CALL_FSYNC);
    return (int)(code ? finish(0, code) : syscall(SYS_fsync, fd));
}

int fchmod(int fd, mode_t mode) {
    int code = fault_now(CALL_FCHMOD);
    return (int)(code ? finish(0, code) : syscall(SYS_fchmod, fd, mode));
}

// The descriptor is gone even if close fails, as on Linux.
int close(int fd) {
    return (int)finish(syscall(SYS_close, fd), fault_now(CALL_CLOSE));
}

int rename(const char *from, const char *to) {
    int code = fault_now(CALL_RENAME);
    return (int)(code ? finish(0, code) : syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}

static char folder[] = "/tmp/frc-faults-XXXXXX";
static char old_text[100], new_text[200];
static const char *error;

static u32 n_entries(const char *path) {
    DIR *dir = opendir(path);
    u32 n = 0;
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    if (dir)
        closedir(dir);
    return n;
}

static bool begin(void) {
    strcpy(folder + sizeof folder - 7, "XXXXXX");
    memset(old_text, 'o', sizeof old_text);
    memset(new_text, 'n', sizeof new_text);
    return mkdtemp(folder) && chdir(folder) == 0;
}

static bool end(void) {
    char command[64];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return chdir("/") == 0 && system(command) == 0;
}

static void arm(Call call, int nth, int code) {
    memset(&fault, 0, sizeof fault);
    fault.call = call;
    fault.nth = nth;
    fault.code = code;
}

static bool holds(const char *text, size_t size) {
    char bytes[300];
    int fd = open("a", O_RDONLY);
    ssize_t n = fd < 0 ? -1 : read(fd, bytes, sizeof bytes);
    if (fd >= 0)
        close(fd);
    return n == (ssize_t)size && memcmp(bytes, text, size) == 0;
}

// Saves over an old file with one fault. The result and the file must agree, and nothing else be
// left.
static bool save_is_whole(Call call, int nth, int code) {
    arm(call, 0, 0);
    if (file_save("a", old_text, sizeof old_text, &error) != STATUS_OK)
        return false;
    u32 n_open = n_entries("/proc/self/fd");
    arm(call, nth, code);
    Status status = file_save("a", new_text, sizeof new_text, &error);
    arm(call, 0, 0);
    bool is_new = holds(new_text, sizeof new_text), is_old = holds(old_text, sizeof old_text);
    bool agrees = status == STATUS_OK ? is_new : status == STATUS_IO && is_old && error[0];
    bool clean = n_entries(".") == 1 && n_entries("/proc/self/fd") == n_open;
    if (!agrees || !clean)
        printf("call %d, occurrence %d, code %d: status %d, %s, %u open\n", call, nth, code, status,
               is_new   ? "new"
               : is_old ? "old"
                        : "torn",
               n_entries("/proc/self/fd") - n_open);
    return agrees && clean;
}

TEST(saving_is_all_or_nothing_whatever_fails) {
    static const int codes[] = {ENOSPC, EIO, EDQUOT, EINTR, EACCES};
    CHECK(begin());
    u32 n_cases = 0;
    for (u32 call = 0; call < N_CALLS; call++)
        for (int nth = 1; nth <= 10; nth++)
            for (u32 i = 0; i < COUNT_OF(codes); i++, n_cases++)
                CHECK(save_is_whole((Call)call, nth, codes[i]));
    for (int nth = 1; nth <= 3; nth++)
        CHECK(save_is_whole(CALL_WRITE, nth, SHORT));
    CHECK_EQ(n_cases, N_CALLS * 10 * COUNT_OF(codes));
    CHECK(end());
}

// The faults do reach the calls: without this, a changed call would pass unseen.
TEST(every_fault_is_met) {
    static const struct {
        Call call;
        int nth;
        int code;
        Status status;
    } cases[] = {
        {CALL_OPEN, 1, EIO, STATUS_IO},      {CALL_OPEN, 1, EINTR, STATUS_OK},
        {CALL_WRITE, 1, ENOSPC, STATUS_IO},  {CALL_WRITE, 1, EINTR, STATUS_OK},
        {CALL_WRITE, 1, SHORT, STATUS_OK},   {CALL_FSYNC, 1, EIO, STATUS_IO},
        {CALL_FSYNC, 1, EINTR, STATUS_OK},   {CALL_FSYNC, 2, EIO, STATUS_OK},
        {CALL_FCHMOD, 1, EACCES, STATUS_IO}, {CALL_CLOSE, 1, EIO, STATUS_IO},
        {CALL_CLOSE, 1, EINTR, STATUS_OK},   {CALL_RENAME, 1, EIO, STATUS_IO},
    };
    CHECK(begin());
    arm(CALL_OPEN, 0, 0);
    CHECK(file_save("a", old_text, sizeof old_text, &error) == STATUS_OK);
    for (u32 i = 0; i < COUNT_OF(cases); i++) {
        arm(cases[i].call, cases[i].nth, cases[i].code);
        CHECK_EQ(file_save("a", new_text, sizeof new_text, &error), cases[i].status);
        CHECK(fault.counts[cases[i].call] >= cases[i].nth);
        CHECK(cases[i].status == STATUS_OK || strcmp(error, strerror(cases[i].code)) == 0);
    }
    CHECK(end());
}

TEST(reading_survives_interrupts_and_short_reads) {
    static const struct {
        Call call;
        int code;
        Status status;
    } cases[] = {{CALL_OPEN, EINTR, STATUS_OK}, {CALL_OPEN, EACCES, STATUS_IO},
                 {CALL_READ, EINTR, STATUS_OK}, {CALL_READ, SHORT, STATUS_OK},
                 {CALL_READ, EIO, STATUS_IO},   {CALL_CLOSE, EIO, STATUS_OK}};
    CHECK(begin());
    arm(CALL_OPEN, 0, 0);
    CHECK(file_save("a", new_text, sizeof new_text, &error) == STATUS_OK);
    for (u32 i = 0; i < COUNT_OF(cases); i++) {
        Heap heap;
        Arena arena;
        heap_init(&heap, 0);
        arena_init(&arena, &heap);
        Str text;
        arm(cases[i].call, 1, cases[i].code);
        CHECK_EQ(file_read(&arena, "a", 1000, &text, &error), cases[i].status);
        CHECK(fault.counts[cases[i].call] >= 1);
        CHECK(cases[i].status != STATUS_OK ||
              (text.len == sizeof new_text && memcmp(text.ptr, new_text, text.len) == 0));
        heap_finish(&heap);
    }
    arm(CALL_OPEN, 0, 0);
    CHECK(end());
}

TEST_MAIN(TEST_CASE(saving_is_all_or_nothing_whatever_fails), TEST_CASE(every_fault_is_met),
          TEST_CASE(reading_survives_interrupts_and_short_reads))
