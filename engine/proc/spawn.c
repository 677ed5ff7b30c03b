#include "proc/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILD_STACK_BYTES (64u << 10)
#define DEFAULT_PATH      "/bin:/usr/bin" /* execvp's, for an environment without PATH */
#define SHELL             "/bin/sh"
#define EXIT_NOT_STARTED  127

/*
 * Runs in the child, on memory shared with the parent: no allocation, no locks, no function that keeps state,
 * and nothing that a sanitizer would note down for a thread that never returns from here.
 */
#define IN_CHILD __attribute__((no_sanitize("address", "thread", "undefined")))

/* ThreadSanitizer takes clone for a fork, which it notes down in the memory that child and parent share: this
 * is libc's own name for it. */
int __clone(int (*fn)(void *), void *stack, int flags, void *arg, ...);

/* Ids are 32 bits wide; where the system call of that name is older than that, its successor has another. */
#ifdef SYS_setuid32
#define SYS_SETUID    SYS_setuid32
#define SYS_SETGID    SYS_setgid32
#define SYS_SETGROUPS SYS_setgroups32
#else
#define SYS_SETUID    SYS_setuid
#define SYS_SETGID    SYS_setgid
#define SYS_SETGROUPS SYS_setgroups
#endif

#define KERNEL_SIGNALS 64

struct kernel_dirent {
    uint64_t ino;
    int64_t off;
    unsigned short reclen;
    unsigned char type;
    char name[];
};

/* What goes through the pipe when the program could not be started. */
struct failure {
    int error; /* positive errno */
    int step;
};

struct child {
    const struct mh_spawn_options *options;
    char **candidates; /* paths to try in turn, ends in NULL */
    char **shell_argv; /* SHELL, room for the path, then the arguments: for a script without #! */
    int *sources;      /* per entry of options->fds: where its parent_fd is now */
    int above;         /* the lowest descriptor number that is nobody's target */
    int report_fd;
};

/* --- in the child ------------------------------------------------------------------------------------ */

IN_CHILD static void child_default_signals(void)
{
    /* The kernel's struct sigaction, whatever its layout: zero is SIG_DFL, no flags, nothing masked. */
    uint64_t action[8] = {0};
    for (int signum = 1; signum <= KERNEL_SIGNALS; signum++) {
        if (signum != SIGKILL && signum != SIGSTOP)
            syscall(SYS_rt_sigaction, signum, action, NULL, sizeof(uint64_t));
    }
    uint64_t none = 0;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, sizeof none);
}

/* Mark every descriptor close-on-exec by the list in /proc, for kernels (before 5.11) that cannot do it in
 * one call. */
IN_CHILD static int child_close_listed_on_exec(void)
{
    char entries[1024] __attribute__((aligned(8)));
    int dir = (int)syscall(SYS_openat, AT_FDCWD, "/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (dir < 0)
        return errno;
    long len;
    while ((len = syscall(SYS_getdents64, dir, entries, sizeof entries)) > 0) {
        const struct kernel_dirent *entry;
        for (long at = 0; at < len; at += entry->reclen) {
            entry = (const struct kernel_dirent *)(const void *)(entries + at);
            if (entry->name[0] == '.')
                continue;
            int fd = 0;
            for (const char *digit = entry->name; *digit; digit++)
                fd = fd * 10 + (*digit - '0');
            syscall(SYS_fcntl, fd, F_SETFD, FD_CLOEXEC);
        }
    }
    int error = len < 0 ? errno : 0;
    syscall(SYS_close, dir);
    return error;
}

/* Few programs expect a non-blocking standard stream. As libuv does; whoever shares it with us feels it too.
 */
IN_CHILD static void child_make_blocking(int fd)
{
    long flags = syscall(SYS_fcntl, fd, F_GETFL);
    if (flags >= 0 && (flags & O_NONBLOCK))
        syscall(SYS_fcntl, fd, F_SETFL, flags & ~(long)O_NONBLOCK);
}

/*
 * All are marked to close first, then the targets are made. A source that another target would overwrite
 * moves out of the way before any target is made; so does the pipe that failures are reported through.
 */
IN_CHILD static int child_place_fds(struct child *child)
{
    const struct mh_spawn_options *o = child->options;
    int moved = (int)syscall(SYS_fcntl, child->report_fd, F_DUPFD_CLOEXEC, child->above);
    if (moved < 0)
        return errno;
    child->report_fd = moved;
    if (syscall(SYS_close_range, 0, ~0U, CLOSE_RANGE_CLOEXEC) < 0) {
        int error = errno == ENOSYS || errno == EINVAL ? child_close_listed_on_exec() : errno;
        if (error)
            return error;
    }
    for (unsigned i = 0; i < o->fd_count; i++) {
        int source = o->fds[i].parent_fd;
        if (source != o->fds[i].child_fd && source < child->above)
            source = (int)syscall(SYS_fcntl, source, F_DUPFD_CLOEXEC, child->above);
        if (source < 0)
            return errno;
        child->sources[i] = source;
    }
    for (unsigned i = 0; i < o->fd_count; i++) {
        int target = o->fds[i].child_fd;
        long rc = child->sources[i] == target ? syscall(SYS_fcntl, target, F_SETFD, 0)
                                              : syscall(SYS_dup3, child->sources[i], target, 0);
        if (rc < 0)
            return errno;
        if (target <= STDERR_FILENO)
            child_make_blocking(target);
    }
    return 0;
}

/* As execvp: a place where the program is not, or may not be run, does not end the search. */
IN_CHILD static int child_exec(struct child *child)
{
    const struct mh_spawn_options *o = child->options;
    bool denied = false;
    int error = ENOENT;
    for (char **path = child->candidates; *path; path++) {
        syscall(SYS_execve, *path, o->argv, o->env);
        error = errno;
        if (error == ENOEXEC) {
            child->shell_argv[1] = *path;
            syscall(SYS_execve, SHELL, child->shell_argv, o->env);
            return errno;
        }
        if (error == EACCES)
            denied = true;
        else if (error != ENOENT && error != ENOTDIR && error != ESTALE && error != ENODEV &&
                 error != ETIMEDOUT)
            return error;
    }
    return denied ? EACCES : error;
}

IN_CHILD static int child_set_ids(const struct mh_spawn_options *o, int *step)
{
    *step = MH_SPAWN_GID;
    /* Whoever may not drop groups may not take another id either, and hears of it below. */
    if ((o->set_uid || o->set_gid) && syscall(SYS_SETGROUPS, 0, NULL) < 0 && errno != EPERM)
        return errno;
    if (o->set_gid && syscall(SYS_SETGID, o->gid) < 0)
        return errno;
    *step = MH_SPAWN_UID;
    if (o->set_uid && syscall(SYS_SETUID, o->uid) < 0)
        return errno;
    return 0;
}

/* Returns errno: the child was not replaced by the program. */
IN_CHILD static int child_become(struct child *child, int *step)
{
    const struct mh_spawn_options *o = child->options;
    child_default_signals();
    *step = MH_SPAWN_STDIO;
    int error = child_place_fds(child);
    if (error)
        return error;
    *step = MH_SPAWN_SESSION;
    if (o->detached && syscall(SYS_setsid) < 0)
        return errno;
    *step = MH_SPAWN_CWD;
    if (o->cwd && syscall(SYS_chdir, o->cwd) < 0)
        return errno;
    error = child_set_ids(o, step);
    if (error)
        return error;
    *step = MH_SPAWN_EXEC;
    return child_exec(child);
}

IN_CHILD static int child_main(void *arg)
{
    struct child *child = arg;
    struct failure failure = {0, MH_SPAWN_STDIO};
    failure.error = child_become(child, &failure.step);
    syscall(SYS_write, child->report_fd, &failure, sizeof failure);
    syscall(SYS_exit_group, EXIT_NOT_STARTED);
    __builtin_unreachable();
}

/* --- in the parent ----------------------------------------------------------------------------------- */

static const char *spawn_path(char *const *env)
{
    for (; *env; env++) {
        if (!strncmp(*env, "PATH=", 5))
            return *env + 5;
    }
    return DEFAULT_PATH;
}

/* Everything the child needs room for, in one block. Returns it, or NULL when memory is short. */
static void *child_prepare(struct mh_alloc *alloc, const struct mh_spawn_options *o, struct child *child)
{
    size_t file_len = strlen(o->file);
    const char *path = spawn_path(o->env);
    bool search = !strchr(o->file, '/');
    size_t places = 1;
    size_t argc = 0;
    for (const char *p = path; search && *p; p++)
        places += *p == ':';
    while (o->argv[argc])
        argc++;

    /* Each place of PATH, a slash, the file and a zero; the places together are not longer than PATH. */
    size_t text_bytes = (search ? strlen(path) : 0) + places * (file_len + 2);
    size_t pointers = (places + 1) + (argc + 3);
    char *block = mh_malloc(alloc, pointers * sizeof(char *) + o->fd_count * sizeof(int) + text_bytes);
    if (!block)
        return NULL;
    child->candidates = (char **)(void *)block;
    child->shell_argv = child->candidates + places + 1;
    child->sources = (int *)(void *)(child->shell_argv + argc + 3);
    char *text = (char *)(child->sources + o->fd_count);

    char **candidate = child->candidates;
    if (file_len == 0) {
        ; /* an empty name is no program anywhere */
    } else if (!search) {
        *candidate++ = memcpy(text, o->file, file_len + 1);
    } else {
        for (const char *place = path;; place++) {
            size_t len = strcspn(place, ":");
            *candidate++ = text;
            memcpy(text, place, len);
            text += len;
            if (len > 0)
                *text++ = '/';
            memcpy(text, o->file, file_len + 1);
            text += file_len + 1;
            place += len;
            if (!*place)
                break;
        }
    }
    *candidate = NULL;

    child->shell_argv[0] = SHELL;
    child->shell_argv[1] = NULL; /* the candidate that is a script */
    child->shell_argv[2] = NULL;
    for (size_t i = 1; i < argc; i++)
        child->shell_argv[i + 1] = o->argv[i];
    child->shell_argv[argc < 1 ? 2 : argc + 1] = NULL;
    return block;
}

/*
 * The child shares our memory and this thread waits until it has executed or ended, so its handlers must not
 * run: all signals are blocked around it, libc's own included.
 */
static int spawn_clone(struct child *child, pid_t *pid)
{
    void *stack =
        mmap(NULL, CHILD_STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (stack == MAP_FAILED)
        return -ENOMEM;
    uint64_t all = ~(uint64_t)0;
    uint64_t before = 0;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before, sizeof all);
    *pid = __clone(child_main, (char *)stack + CHILD_STACK_BYTES, CLONE_VM | CLONE_VFORK | SIGCHLD, child);
    int rc = *pid < 0 ? -errno : 0;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, sizeof before);
    munmap(stack, CHILD_STACK_BYTES);
    return rc;
}

int mh_spawn(struct mh_alloc *alloc, const struct mh_spawn_options *options, pid_t *pid,
             enum mh_spawn_step *step)
{
    struct child child = {.options = options, .above = 3};
    for (unsigned i = 0; i < options->fd_count; i++) {
        if (options->fds[i].child_fd >= child.above)
            child.above = options->fds[i].child_fd + 1;
    }
    /* One that is not open could become the pipe below, which must not stay open in the child. */
    *step = MH_SPAWN_STDIO;
    for (unsigned i = 0; i < options->fd_count; i++) {
        if (fcntl(options->fds[i].parent_fd, F_GETFD) < 0)
            return -errno;
    }
    *step = MH_SPAWN_START;
    void *block = child_prepare(alloc, options, &child);
    if (!block)
        return -ENOMEM;
    int report[2];
    if (pipe2(report, O_CLOEXEC) < 0) {
        int rc = -errno;
        mh_free(alloc, block);
        return rc;
    }
    child.report_fd = report[1];
    int rc = spawn_clone(&child, pid);
    close(report[1]);
    if (rc == 0) {
        /* Not by shared memory: valgrind makes a plain fork of the clone. */
        struct failure failure;
        ssize_t len;
        do {
            len = read(report[0], &failure, sizeof failure);
        } while (len < 0 && errno == EINTR);
        if (len == (ssize_t)sizeof failure) {
            rc = -failure.error;
            *step = (enum mh_spawn_step)failure.step;
            while (waitpid(*pid, NULL, 0) < 0 && errno == EINTR)
                ;
        }
    }
    close(report[0]);
    mh_free(alloc, block);
    return rc;
}

const char *mh_spawn_step_name(enum mh_spawn_step step)
{
    static const char *const names[] = {"start", "stdio", "session", "cwd", "gid", "uid", "exec"};
    return names[step];
}
