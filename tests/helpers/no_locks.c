/* A file system without locks, as far as programs can tell: every lock is refused. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/file.h>

static int refused(void) {
    const char *number = getenv("NO_LOCKS_ERRNO");
    errno = number ? atoi(number) : ENOLCK;
    return -1;
}

int flock(int descriptor, int operation) {
    (void)descriptor;
    (void)operation;
    return refused();
}

static int pass_on(const char *name, int descriptor, int command, void *argument) {
    int (*real)(int, int, ...) = (int (*)(int, int, ...))dlsym(RTLD_NEXT, name);
    switch (command) {
    case F_SETLK:
    case F_SETLKW:
    case F_GETLK:
    case F_OFD_SETLK:
    case F_OFD_SETLKW:
        return refused();
    default:
        return real(descriptor, command, argument);
    }
}

int fcntl(int descriptor, int command, ...) {
    va_list rest;
    va_start(rest, command);
    void *argument = va_arg(rest, void *);
    va_end(rest);
    return pass_on("fcntl", descriptor, command, argument);
}

int fcntl64(int descriptor, int command, ...) {
    va_list rest;
    va_start(rest, command);
    void *argument = va_arg(rest, void *);
    va_end(rest);
    return pass_on("fcntl64", descriptor, command, argument);
}
