/*
 * test_spawn - descriptors, steps of failure, signals and reaping of proc/spawn and proc/process.
 *
 * Started with "report" it is its own child: it prints what it was given.
 */
#include "proc/process.h"
#include "proc/usage.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define OUT_OF_THE_WAY 100 /* descriptors of the test itself */

static char self[512];

/* --- the child --------------------------------------------------------------------------------------- */

/* "fds 0 1 2 4; blocked 0; ignored 0; session 1": what a spawned program finds. */
static int report(void)
{
    bool open[256] = {false};
    DIR *dir = opendir("/proc/self/fd");
    for (const struct dirent *entry; (entry = readdir(dir));) {
        long fd = strtol(entry->d_name, NULL, 10);
        if (entry->d_name[0] != '.' && fd != dirfd(dir) && fd < 256)
            open[fd] = true;
    }
    closedir(dir);
    printf("fds");
    for (int fd = 0; fd < 256; fd++) {
        if (open[fd])
            printf(" %d", fd);
    }
    FILE *status = fopen("/proc/self/status", "r");
    char line[256];
    while (fgets(line, sizeof line, status)) {
        if (!strncmp(line, "SigBlk:", 7))
            printf("; blocked %llx", strtoull(line + 7, NULL, 16));
        if (!strncmp(line, "SigIgn:", 7))
            printf("; ignored %llx", strtoull(line + 7, NULL, 16));
    }
    fclose(status);
    printf("; session %d", getsid(0) == getpid());
    return 0;
}

/* --- helpers ----------------------------------------------------------------------------------------- */

static void away_pipe(int fds[2])
{
    int low[2];
    assert(pipe2(low, O_CLOEXEC) == 0);
    for (int i = 0; i < 2; i++) {
        fds[i] = fcntl(low[i], F_DUPFD_CLOEXEC, OUT_OF_THE_WAY);
        assert(fds[i] >= 0);
        close(low[i]);
    }
}

struct run {
    char output[4096];
    int status; /* of waitpid */
    int rc;
    enum mh_spawn_step step;
};

/* Spawn with stdout in a pipe, at fds[1].child_fd == 1 added by us; wait for its end. */
static struct run run(struct mh_spawn_options *o, const struct mh_spawn_fd *fds, unsigned count)
{
    struct run r = {.status = -1};
    struct mh_alloc alloc;
    mh_alloc_init(&alloc, NULL, NULL);
    int out[2];
    away_pipe(out);
    struct mh_spawn_fd all[32] = {{1, out[1]}};
    for (unsigned i = 0; i < count; i++)
        all[i + 1] = fds[i];
    o->fds = all;
    o->fd_count = count + 1;
    if (!o->env)
        o->env = environ;
    pid_t pid = -1;
    r.rc = mh_spawn(&alloc, o, &pid, &r.step);
    assert(alloc.live == 0);
    close(out[1]);
    if (r.rc == 0) {
        size_t len = 0;
        ssize_t got;
        while ((got = read(out[0], r.output + len, sizeof r.output - 1 - len)) > 0)
            len += (size_t)got;
        assert(waitpid(pid, &r.status, 0) == pid);
    } else {
        /* Nobody is left of it. */
        assert(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
    }
    close(out[0]);
    return r;
}

static struct run run_args(char *const *argv, const struct mh_spawn_fd *fds, unsigned count)
{
    struct mh_spawn_options o = {.file = argv[0], .argv = argv};
    return run(&o, fds, count);
}

static struct run run_file(const char *file, char *const *env)
{
    char *argv[] = {(char *)(uintptr_t)file, NULL};
    struct mh_spawn_options o = {.file = file, .argv = argv, .env = env};
    return run(&o, NULL, 0);
}

static void expect(const char *got, const char *wanted)
{
    if (strcmp(got, wanted) != 0) {
        fprintf(stderr, "wanted: %s\ngot:    %s\n", wanted, got);
        abort();
    }
}

/* --- descriptors ------------------------------------------------------------------------------------- */

#define PLACES 4
#define FIRST  3

/* Every way to give the child's 3, 4, 5 and 6 one of our 3, 4, 5 and 6 each: swaps, cycles, chains, one for
 * all. */
static void test_placement(void)
{
    char inode[PLACES][64];
    int kept[PLACES];
    for (int i = 0; i < PLACES; i++) {
        kept[i] = fcntl(FIRST + i, F_DUPFD_CLOEXEC, OUT_OF_THE_WAY); /* what the test runner may have there */
        int pair[2];
        away_pipe(pair);
        assert(dup3(pair[0], FIRST + i, O_CLOEXEC) == FIRST + i);
        struct stat st;
        assert(fstat(FIRST + i, &st) == 0);
        snprintf(inode[i], sizeof inode[i], "pipe:[%lu]\n", (unsigned long)st.st_ino);
        close(pair[0]);
        close(pair[1]);
    }
    char *argv[] = {"/bin/readlink",   "/proc/self/fd/3", "/proc/self/fd/4",
                    "/proc/self/fd/5", "/proc/self/fd/6", NULL};
    int ways = PLACES * PLACES * PLACES * PLACES;
    for (int way = 0; way < ways; way++) {
        struct mh_spawn_fd fds[PLACES];
        char wanted[PLACES * 64];
        int wanted_len = 0;
        for (int i = 0, rest = way; i < PLACES; i++, rest /= PLACES) {
            /* The order of the list must not matter: turn it with the number of the way. */
            fds[(i + way) % PLACES] = (struct mh_spawn_fd){FIRST + i, FIRST + rest % PLACES};
            wanted_len += sprintf(wanted + wanted_len, "%s", inode[rest % PLACES]);
        }
        struct run r = run_args(argv, fds, PLACES);
        assert(r.rc == 0 && r.status == 0);
        expect(r.output, wanted);
    }
    for (int i = 0; i < PLACES; i++) {
        close(FIRST + i);
        if (kept[i] >= 0) {
            dup2(kept[i], FIRST + i);
            close(kept[i]);
        }
    }
}

/* The child has what it was given, whatever lies open in the parent without close-on-exec, also above its
 * own. */
static void test_hygiene(void)
{
    int stray[3] = {dup(1), fcntl(1, F_DUPFD, 40), fcntl(1, F_DUPFD, 200)};
    char *argv[] = {self, "report", NULL};
    struct mh_spawn_fd fds[] = {{7, 2}, {50, 2}};
    expect(run_args(argv, fds, 2).output, "fds 1 7 50; blocked 0; ignored 0; session 0");
    for (int i = 0; i < 3; i++)
        close(stray[i]);

    int pair[2];
    away_pipe(pair);
    fcntl(pair[0], F_SETFL, O_NONBLOCK);
    struct mh_spawn_fd both[] = {{0, pair[0]}, {3, pair[0]}};
    char *flags[] = {"/bin/grep", "flags", "/proc/self/fdinfo/0", NULL};
    expect(run_args(flags, both, 2).output, "flags:\t00\n"); /* standard streams block */
    close(pair[0]);
    close(pair[1]);

    struct mh_spawn_fd closed[] = {{0, 250}};
    struct run r = run_args(argv, closed, 1);
    assert(r.rc == -EBADF && r.step == MH_SPAWN_STDIO);
    struct mh_spawn_fd huge[] = {{1 << 30, 2}};
    r = run_args(argv, huge, 1);
    assert(r.rc < 0 && r.step == MH_SPAWN_STDIO);
}

/* --- signals, session, ids --------------------------------------------------------------------------- */

static void ignore_it(int signum)
{
    (void)signum;
}

static void test_signals(void)
{
    sigset_t mask;
    sigset_t before;
    sigset_t after;
    sigfillset(&mask);
    signal(SIGUSR1, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGUSR2, ignore_it);
    sigprocmask(SIG_SETMASK, &mask, &before);
    char *argv[] = {self, "report", NULL};
    struct mh_spawn_options o = {.file = self, .argv = argv, .detached = true};
    expect(run(&o, NULL, 0).output, "fds 1; blocked 0; ignored 0; session 1");
    sigprocmask(SIG_SETMASK, &before, &after);
    assert(sigismember(&after, SIGUSR1) && sigismember(&after, SIGTERM)); /* our own mask came back */
    struct sigaction action;
    sigaction(SIGUSR2, NULL, &action);
    assert(action.sa_handler == ignore_it); /* and our own dispositions were not touched */
    signal(SIGUSR1, SIG_DFL);
    signal(SIGUSR2, SIG_DFL);
}

static void test_ids(void)
{
    char *argv[] = {"/usr/bin/id", "-u", NULL};
    struct mh_spawn_options o = {.file = argv[0], .argv = argv, .set_uid = true, .uid = 12345};
    struct run r = run(&o, NULL, 0);
    if (geteuid() == 0) {
        expect(r.output, "12345\n");
        argv[1] = "-G";
        o.set_gid = true;
        o.gid = 54321;
        expect(run(&o, NULL, 0).output, "54321\n");
    } else {
        assert(r.rc == -EPERM && r.step == MH_SPAWN_UID);
        o.set_gid = true;
        o.gid = 54321;
        r = run(&o, NULL, 0);
        assert(r.rc == -EPERM && r.step == MH_SPAWN_GID);
    }
}

/* --- finding the program ----------------------------------------------------------------------------- */

static void write_file(const char *path, const char *text, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
    assert(chmod(path, mode) == 0);
}

static void test_search(void)
{
    char dir[] = "/tmp/moonherd-spawn-XXXXXX";
    assert(mkdtemp(dir));
    char command[512];
    char cwd[512];
    assert(getcwd(cwd, sizeof cwd) && chdir(dir) == 0);
    assert(mkdir("a", 0700) == 0 && mkdir("b", 0700) == 0);
    write_file("a/denied", "#!/bin/sh\necho a\n", 0600);
    write_file("b/denied", "#!/bin/sh\necho b\n", 0700);
    write_file("a/only-denied", "#!/bin/sh\necho a\n", 0600);
    write_file("b/plain", "echo plain $0 $1\n", 0700);
    write_file("here", "#!/bin/sh\necho here\n", 0700);

    snprintf(command, sizeof command, "PATH=/nowhere:%s/a/denied:%s/a:%s/b", dir, dir, dir);
    char *env[] = {"X=1", command, NULL};
    expect(run_file("denied", env).output, "b\n"); /* EACCES and ENOTDIR go on to the next place */
    struct run r = run_file("only-denied", env);
    assert(r.rc == -EACCES && r.step == MH_SPAWN_EXEC); /* and EACCES is remembered */
    r = run_file("nobody", env);
    assert(r.rc == -ENOENT && r.step == MH_SPAWN_EXEC);
    r = run_file("", env);
    assert(r.rc == -ENOENT && r.step == MH_SPAWN_EXEC);
    r = run_file("here", env);
    assert(r.rc == -ENOENT);

    char *with_empty[] = {"PATH=/nowhere::/nothing", NULL};
    expect(run_file("here", with_empty).output, "here\n"); /* an empty place is the working directory */
    char *ends_empty[] = {"PATH=/nowhere:", NULL};
    expect(run_file("here", ends_empty).output, "here\n");
    char *no_path[] = {"X=1", NULL};
    assert(run_file("true", no_path).status == 0);
    expect(run_file("./here", no_path).output, "here\n");

    char *argv[] = {"ignored", "argument", NULL};
    struct mh_spawn_options o = {.file = "plain", .argv = argv, .env = env};
    snprintf(command, sizeof command, "plain %s/b/plain argument\n", dir);
    char path[256];
    snprintf(path, sizeof path, "PATH=%s/b", dir);
    env[1] = path;
    expect(run(&o, NULL, 0).output, command); /* no #!: the shell's, as with execvp */

    char *pwd[] = {"/bin/pwd", NULL};
    o = (struct mh_spawn_options){.file = pwd[0], .argv = pwd, .cwd = "/"};
    expect(run(&o, NULL, 0).output, "/\n");
    o.cwd = "/nowhere/at/all";
    r = run(&o, NULL, 0);
    assert(r.rc == -ENOENT && r.step == MH_SPAWN_CWD);
    o.cwd = "here";
    r = run(&o, NULL, 0);
    assert(r.rc == -ENOTDIR && r.step == MH_SPAWN_CWD);

    assert(chdir(cwd) == 0);
    char *remove[] = {"/bin/rm", "-r", dir, NULL};
    assert(run_args(remove, NULL, 0).status == 0);
}

/* --- reaping ----------------------------------------------------------------------------------------- */

struct watch {
    int exits;
    int code;
    int signum;
    int kill_after; /* what kill said inside the exit callback */
};

static void on_exit_(struct mh_process *p)
{
    struct watch *w = p->handle.owner;
    w->exits++;
    w->code = p->exit_code;
    w->signum = p->term_signal;
    w->kill_after = mh_process_kill(p, 0);
}

struct engine {
    uv_loop_t loop;
    struct mh_ctx ctx;
};

static void engine_open(struct engine *e)
{
    struct mh_alloc alloc;
    struct mh_log log = {NULL, NULL, MH_LOG_ERROR};
    mh_alloc_init(&alloc, NULL, NULL);
    uv_loop_init(&e->loop);
    mh_ctx_init(&e->ctx, &e->loop, &alloc, &log);
}

static void engine_close(struct engine *e)
{
    mh_ctx_close_handles(&e->ctx);
    uv_run(&e->loop, UV_RUN_DEFAULT);
    assert(mh_ctx_idle(&e->ctx) && e->ctx.alloc.live == 0 && e->ctx.reaper == NULL);
    assert(uv_loop_close(&e->loop) == 0);
}

static struct mh_process *start(struct engine *e, const char *script, bool by_signal, struct watch *w)
{
    char *argv[] = {"sh", "-c", (char *)(uintptr_t)script, NULL};
    struct mh_process_options o = {.spawn = {.file = "/bin/sh", .argv = argv, .env = environ},
                                   .by_signal = by_signal};
    struct mh_process *p;
    enum mh_spawn_step step;
    memset(w, 0, sizeof *w);
    assert(mh_process_open(&e->ctx, &o, on_exit_, &p, &step) == 0);
    p->handle.owner = w;
    return p;
}

static void test_exit(bool by_signal)
{
    struct engine e;
    engine_open(&e);
    struct watch w;
    struct mh_process *p = start(&e, "exit 7", by_signal, &w);
    uv_run(&e.loop, UV_RUN_DEFAULT);
    assert(w.exits == 1 && w.code == 7 && w.signum == 0 && w.kill_after == -ESRCH);
    assert(mh_process_kill(p, SIGKILL) == -ESRCH);
    mh_handle_release(&p->handle);

    p = start(&e, "exec sleep 60", by_signal, &w);
    assert(mh_process_kill(p, 0) == 0 && mh_process_kill(p, 1000) == -EINVAL);
    struct mh_usage usage;
    assert(mh_usage_read(p->pid, true, &usage) == 0);
    assert(usage.ppid == getpid() && usage.threads == 1 && usage.fds >= 0);
    assert(mh_process_kill(p, SIGKILL) == 0);
    uv_run(&e.loop, UV_RUN_DEFAULT);
    assert(w.exits == 1 && w.code == 0 && w.signum == SIGKILL);
    assert(mh_usage_read(p->pid, true, &usage) == -ESRCH);
    mh_handle_release(&p->handle);
    engine_close(&e);
}

/* Many at once, each told once with its own code, and a child that is not ours is left to its parent code. */
static void test_many(bool by_signal)
{
    enum { MANY = 40 };
    struct engine e;
    engine_open(&e);
    pid_t stranger = fork();
    if (stranger == 0)
        _exit(3);
    struct watch watches[MANY];
    struct mh_process *processes[MANY];
    for (int i = 0; i < MANY; i++) {
        char script[32];
        snprintf(script, sizeof script, "exit %d", i);
        processes[i] = start(&e, script, by_signal || i % 2, &watches[i]);
    }
    uv_run(&e.loop, UV_RUN_DEFAULT);
    for (int i = 0; i < MANY; i++) {
        assert(watches[i].exits == 1 && watches[i].code == i);
        mh_handle_release(&processes[i]->handle);
    }
    int status;
    assert(waitpid(stranger, &status, 0) == stranger && WEXITSTATUS(status) == 3);
    engine_close(&e);
}

/* A host that lets the kernel reap takes the status away, not the exit. */
static void test_host_reaps(bool by_signal)
{
    struct engine e;
    engine_open(&e);
    struct watch w;
    struct mh_process *p = start(&e, "exit 7", by_signal, &w);
    signal(SIGCHLD, SIG_IGN);
    struct watch late;
    struct mh_process *q = start(&e, "exit 8", by_signal, &late);
    uv_run(&e.loop, UV_RUN_DEFAULT);
    signal(SIGCHLD, SIG_DFL);
    assert(w.exits == 1 && (w.code == 7 || w.code == -ECHILD)); /* it may have ended before */
    assert(late.exits == 1 && late.code == -ECHILD && late.signum == 0);
    mh_handle_release(&p->handle);
    mh_handle_release(&q->handle);
    engine_close(&e);
}

/* Closed while the child lives: no callback, nothing left but the child, which is ours to wait for again. */
static void test_close_early(bool by_signal)
{
    struct engine e;
    engine_open(&e);
    struct watch w;
    struct mh_process *p = start(&e, "exec sleep 60", by_signal, &w);
    pid_t pid = p->pid;
    mh_process_close(p);
    assert(mh_process_kill(p, SIGTERM) == -ESRCH);
    mh_handle_release(&p->handle);
    engine_close(&e);
    assert(w.exits == 0);
    assert(kill(pid, SIGKILL) == 0 && waitpid(pid, NULL, 0) == pid);
}

/* Memory that runs out at any point leaves no child and no block. */
static void test_out_of_memory(void)
{
    struct engine e;
    engine_open(&e);
    char *argv[] = {"true", NULL};
    struct mh_process_options o = {.spawn = {.file = "true", .argv = argv, .env = environ}};
    for (size_t nth = 1; nth <= 2; nth++) {
        struct mh_process *p;
        enum mh_spawn_step step;
        e.ctx.alloc.fail_in = nth;
        assert(mh_process_open(&e.ctx, &o, on_exit_, &p, &step) == -ENOMEM && step == MH_SPAWN_START);
        assert(e.ctx.alloc.live == 0);
    }
    engine_close(&e);
}

static int open_fds(void)
{
    struct mh_usage usage;
    assert(mh_usage_read(0, true, &usage) == 0 && usage.fds > 0 && usage.rss_bytes > 0);
    return usage.fds;
}

int main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "report"))
        return report();
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    assert(len > 0);

    int none = open_fds();
    int one = dup(2);
    assert(open_fds() == none + 1);
    close(one);
    test_placement();
    test_hygiene();
    test_signals();
    test_ids();
    test_search();
    test_out_of_memory();
    test_exit(false);
    int before = open_fds();
    for (int by_signal = 0; by_signal <= 1; by_signal++) {
        test_exit(by_signal);
        test_many(by_signal);
        test_host_reaps(by_signal);
        test_close_early(by_signal);
    }
    assert(open_fds() == before);
    assert(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
    return 0;
}
