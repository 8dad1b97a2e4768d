// SPDX-License-Identifier: Apache-2.0
// Reading and saving in a folder of the test's own, with the faults that a file system really has.
#include "base/file.h"
#include "tests/unit/test.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static Heap heap;
static Arena arena;
static const char *error;
static char folder[] = "/tmp/frc-file-XXXXXX";

static bool begin(void) {
    heap_init(&heap, 0);
    arena_init(&arena, &heap);
    strcpy(folder + sizeof folder - 7, "XXXXXX");
    return mkdtemp(folder) && chdir(folder) == 0;
}

static u32 n_entries(const char *path) {
    DIR *dir = opendir(path);
    u32 n = 0;
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    if (dir)
        closedir(dir);
    return n;
}

static bool end(void) {
    heap_finish(&heap);
    if (chdir("/") != 0)
        return false;
    char command[64];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command) == 0;
}

static bool holds(const char *path, const char *expected) {
    Str text;
    Status status = file_read(&arena, path, 1 << 20, &text, &error);
    return status == STATUS_OK && str_equal_z(text, expected);
}

static bool saves(const char *path, const char *text) {
    return file_save(path, text, strlen(text), &error) == STATUS_OK;
}

// A child of the test, where nobody is root and limits may be lowered. Exit status of fn.
static int in_child(int (*fn)(void)) {
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0)
        _exit(fn());
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000;
}

TEST(saves_and_reads_back) {
    CHECK(begin());
    CHECK(saves("a.glb", "new") && holds("a.glb", "new"));
    CHECK(saves("a.glb", "newer") && holds("a.glb", "newer"));
    CHECK(saves("./a.glb", "") && holds("a.glb", ""));
    CHECK(file_save_unsynced("a.glb", "soon", 4, &error) == STATUS_OK && holds("a.glb", "soon"));
    CHECK_EQ(n_entries("."), 1);
    static char large[3000000];
    memset(large, 'x', sizeof large);
    CHECK(file_save("large", large, sizeof large, &error) == STATUS_OK);
    Str text;
    CHECK(file_read(&arena, "large", sizeof large, &text, &error) == STATUS_OK);
    CHECK(text.len == sizeof large && memcmp(text.ptr, large, sizeof large) == 0 &&
          text.ptr[text.len] == 0);
    CHECK(end());
}

TEST(reading_is_bounded) {
    CHECK(begin());
    Str text;
    CHECK(saves("ten", "0123456789"));
    CHECK(file_read(&arena, "ten", 10, &text, &error) == STATUS_OK && text.len == 10);
    CHECK(file_read(&arena, "ten", 9, &text, &error) == STATUS_LIMIT && text.len == 0 && error[0]);
    CHECK(file_read(&arena, "ten", 0, &text, &error) == STATUS_LIMIT);
    CHECK(file_read(&arena, "/dev/zero", 100000, &text, &error) == STATUS_LIMIT);
    CHECK(file_read(&arena, "/dev/null", 0, &text, &error) == STATUS_OK && text.len == 0);
    CHECK(end());
}

TEST(reading_says_why_not) {
    CHECK(begin());
    Str text;
    CHECK(file_read(&arena, "none", 10, &text, &error) == STATUS_IO &&
          strcmp(error, "No such file or directory") == 0);
    CHECK(file_read(&arena, ".", 10, &text, &error) == STATUS_IO &&
          strcmp(error, "Is a directory") == 0);
    CHECK(file_read(&arena, "none/none", 10, &text, &error) == STATUS_IO);
    CHECK(end());
}

static u32 n_open(void) {
    return n_entries("/proc/self/fd");
}

__attribute__((noinline)) static Failure read_failing_at(u64 fail_at, u64 *n) {
    heap_init(&heap, 0);
    arena_init(&arena, &heap);
    heap.own.fail_at = fail_at;
    Str text;
    if (HEAP_TRY(&heap))
        file_read(&arena, "large", 1 << 20, &text, &error);
    *n = heap.own.n_allocs;
    Failure failure = heap.failure;
    heap_finish(&heap);
    return failure;
}

TEST(a_job_that_fails_while_reading_leaves_no_file_open) {
    CHECK(begin());
    static char large[500000];
    CHECK(file_save("large", large, sizeof large, &error) == STATUS_OK);
    u32 before = n_open();
    u64 n, ignored;
    CHECK(read_failing_at(0, &n) == FAIL_NONE && n > 3);
    for (u64 i = 1; i <= n; i++) {
        CHECK(read_failing_at(i, &ignored) == FAIL_NO_MEMORY);
        CHECK(heap.own.used_size == 0 && n_open() == before);
    }
    CHECK(end());
}

TEST(saving_says_why_not_and_leaves_nothing) {
    CHECK(begin());
    CHECK(!saves("none/a.glb", "x") && strcmp(error, "No such file or directory") == 0);
    CHECK(mkdir("sub", 0755) == 0);
    CHECK(!saves("sub", "x") && strcmp(error, "Is a directory") == 0);
    CHECK(!saves("", "x"));
    CHECK(saves("file", "old") && !saves("file/a.glb", "x") &&
          strcmp(error, "Not a directory") == 0);
    char name[300];
    memset(name, 'n', sizeof name);
    name[299] = 0;
    CHECK(!saves(name, "x") && strcmp(error, "File name too long") == 0);
    CHECK_EQ(n_entries("."), 2);
    CHECK(holds("file", "old"));
    CHECK(end());
}

static int read_only_folder(void) {
    if (geteuid() == 0 && setuid(65534) != 0)
        return 1;
    bool kept = !saves("locked/a", "new") && strcmp(error, "Permission denied") == 0;
    bool no_other = !saves("locked/b", "new");
    bool file_kept = !saves("open/read-only", "new") && strcmp(error, "Permission denied") == 0;
    return kept && no_other && file_kept ? 0 : 2;
}

TEST(a_read_only_folder_or_file_keeps_its_bytes) {
    CHECK(begin());
    CHECK(mkdir("locked", 0755) == 0 && mkdir("open", 0777) == 0 && chmod("open", 0777) == 0 &&
          chmod(".", 0755) == 0);
    CHECK(saves("locked/a", "old") && saves("open/read-only", "old"));
    CHECK(chmod("locked/a", 0666) == 0 && chmod("locked", 0555) == 0 &&
          chmod("open/read-only", 0444) == 0);
    CHECK_EQ(in_child(read_only_folder), 0);
    CHECK(holds("locked/a", "old") && holds("open/read-only", "old"));
    CHECK(n_entries("locked") == 1 && n_entries("open") == 1);
    CHECK(chmod("locked", 0755) == 0);
    CHECK(end());
}

static int over_the_size_limit(void) {
    struct rlimit limit = {1000, 1000};
    if (signal(SIGXFSZ, SIG_IGN) == SIG_ERR || setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return 1;
    static char large[2000];
    return file_save("a", large, sizeof large, &error) == STATUS_IO &&
                   strcmp(error, "File too large") == 0 &&
                   file_save_unsynced("a", large, sizeof large, &error) == STATUS_IO
               ? 0
               : 2;
}

TEST(a_write_that_fails_half_way_keeps_the_old_file) {
    CHECK(begin());
    CHECK(saves("a", "old"));
    CHECK_EQ(in_child(over_the_size_limit), 0);
    CHECK(holds("a", "old") && n_entries(".") == 1);
    CHECK(end());
}

TEST(a_full_device_is_an_error) {
    CHECK(!saves("/dev/full", "x") && strcmp(error, "No space left on device") == 0);
    CHECK(saves("/dev/null", "x"));
    struct stat info;
    CHECK(stat("/dev/full", &info) == 0 && S_ISCHR(info.st_mode)); // still a device
}

TEST(links_stay_and_their_targets_are_replaced) {
    CHECK(begin());
    CHECK(mkdir("sub", 0755) == 0 && saves("sub/target", "old"));
    CHECK(symlink("target", "sub/near") == 0 && symlink("sub/near", "far") == 0);
    CHECK(saves("far", "new") && holds("sub/target", "new") && holds("far", "new"));
    struct stat info;
    CHECK(lstat("far", &info) == 0 && S_ISLNK(info.st_mode) && lstat("sub/near", &info) == 0 &&
          S_ISLNK(info.st_mode));
    CHECK(symlink("sub/later", "dangling") == 0 && saves("dangling", "made") &&
          holds("sub/later", "made"));
    CHECK(symlink("loop", "loop") == 0 && !saves("loop", "x"));
    CHECK(n_entries("sub") == 3 && n_entries(".") == 4);
    CHECK(end());
}

TEST(permissions_are_kept) {
    CHECK(begin());
    CHECK(saves("a", "old") && chmod("a", 0640) == 0 && saves("a", "new"));
    struct stat info;
    CHECK(stat("a", &info) == 0 && (info.st_mode & 0777) == 0640);
    mode_t mask = umask(027);
    CHECK(saves("b", "new") && stat("b", &info) == 0 && (info.st_mode & 0777) == 0640);
    umask(mask);
    CHECK(end());
}

static void *read_fifo(void *text) {
    int fd = open("fifo", O_RDONLY);
    ssize_t n = read(fd, text, 10);
    close(fd);
    return n == 3 ? text : NULL;
}

TEST(a_fifo_is_written_not_replaced) {
    CHECK(begin());
    CHECK(mkfifo("fifo", 0600) == 0);
    char text[11] = "";
    pthread_t reader;
    CHECK(pthread_create(&reader, NULL, read_fifo, text) == 0);
    CHECK(saves("fifo", "new"));
    void *result;
    CHECK(pthread_join(reader, &result) == 0 && result && strcmp(text, "new") == 0);
    struct stat info;
    CHECK(lstat("fifo", &info) == 0 && S_ISFIFO(info.st_mode) && n_entries(".") == 1);
    CHECK(end());
}

static int save_to_stdout(void) {
    int fd = open("out", O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0)
        return 1;
    return saves("-", "one ") && saves("/dev/stdout", "two") ? 0 : 2;
}

static int read_from_stdin(void) {
    int fd = open("out", O_RDONLY);
    if (fd < 0 || dup2(fd, STDIN_FILENO) < 0)
        return 1;
    return holds("-", "one two") && fcntl(STDIN_FILENO, F_GETFD) >= 0 ? 0 : 2;
}

TEST(a_dash_is_the_standard_stream) {
    CHECK(begin());
    CHECK_EQ(in_child(save_to_stdout), 0);
    CHECK(holds("out", "one two"));
    CHECK_EQ(in_child(read_from_stdin), 0);
    CHECK_EQ(n_entries("."), 1);
    CHECK(end());
}

TEST_MAIN(TEST_CASE(saves_and_reads_back), TEST_CASE(reading_is_bounded),
          TEST_CASE(reading_says_why_not),
          TEST_CASE(a_job_that_fails_while_reading_leaves_no_file_open),
          TEST_CASE(saving_says_why_not_and_leaves_nothing),
          TEST_CASE(a_read_only_folder_or_file_keeps_its_bytes),
          TEST_CASE(a_write_that_fails_half_way_keeps_the_old_file),
          TEST_CASE(a_full_device_is_an_error),
          TEST_CASE(links_stay_and_their_targets_are_replaced), TEST_CASE(permissions_are_kept),
          TEST_CASE(a_fifo_is_written_not_replaced), TEST_CASE(a_dash_is_the_standard_stream))
