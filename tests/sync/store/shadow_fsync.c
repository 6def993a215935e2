/* A power cut in user space: after each successful fsync or fdatasync the file is copied into the
 * folder SHADOW. What stands there when the process is killed is what a disk that keeps only
 * synced bytes would hold. The copy reads through the same descriptor, because closing another
 * descriptor of the file would drop SQLite's locks on it. Built by tests/sync/test_power_cut.py. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void shadow(int fd) {
    const char *folder = getenv("SHADOW");
    char link[64], path[PATH_MAX], kept[PATH_MAX + 64], copying[PATH_MAX + 80];
    struct stat state;
    if (!folder || fstat(fd, &state) || !S_ISREG(state.st_mode)) return;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return;
    path[length] = 0;
    const char *name = strrchr(path, '/') + 1;
    snprintf(kept, sizeof kept, "%s/%s", folder, name);
    snprintf(copying, sizeof copying, "%s.copying", kept);
    int out = open(copying, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (out < 0) return;
    char block[65536];
    off_t at = 0;
    ssize_t got;
    while ((got = pread(fd, block, sizeof block, at)) > 0) {
        if (write(out, block, got) != got) { close(out); return; }
        at += got;
    }
    close(out);
    rename(copying, kept);
}

int fsync(int fd) {
    int (*real)(int) = dlsym(RTLD_NEXT, "fsync");
    int done = real(fd);
    if (!done) shadow(fd);
    return done;
}

int fdatasync(int fd) {
    int (*real)(int) = dlsym(RTLD_NEXT, "fdatasync");
    int done = real(fd);
    if (!done) shadow(fd);
    return done;
}
