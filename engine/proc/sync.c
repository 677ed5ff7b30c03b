#include "proc/sync.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define READ_BYTES (64u << 10)

/* How often a child is asked for where there is no pidfd to wait for. */
#define NO_PIDFD_POLL_MS 20

struct sync_run {
    const struct mh_sync_options *options;
    struct mh_sync_pipe *pipes;
    unsigned pipe_count;
    struct mh_sync_result *result;
    struct pollfd *polls; /* the pidfd, then the pipes */
    int pidfd;            /* -1: none */
    bool exited;
    bool killed; /* a limit was reached */
    int64_t deadline_ms;
    uint64_t collected_bytes;
};

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* --- pipes ------------------------------------------------------------------------------------------- */

static void pipe_close(struct mh_sync_pipe *p)
{
    if (p->fd >= 0)
        close(p->fd);
    p->fd = -1;
}

static void run_close_pipes(struct sync_run *run)
{
    for (unsigned i = 0; i < run->pipe_count; i++)
        pipe_close(&run->pipes[i]);
}

static bool run_has_pipes(const struct sync_run *run)
{
    for (unsigned i = 0; i < run->pipe_count; i++) {
        if (run->pipes[i].fd >= 0)
            return true;
    }
    return false;
}

/* The first that went wrong is what is told. */
static void run_failed(struct sync_run *run, int error)
{
    if (run->result->error == 0)
        run->result->error = error;
}

static int run_signal(const struct sync_run *run, int signum)
{
    long rc = run->pidfd >= 0 ? syscall(SYS_pidfd_send_signal, run->pidfd, signum, NULL, 0)
                              : kill(run->result->pid, signum);
    return rc < 0 ? -errno : 0;
}

/* A limit was reached. */
static void run_kill(struct sync_run *run, int error)
{
    run_failed(run, error);
    if (run->killed)
        return;
    run->killed = true;
    if (!run->exited) {
        int rc = run_signal(run, run->options->kill_signal);
        if (rc < 0 && rc != -ESRCH) {
            run_failed(run, rc);
            run_signal(run, SIGKILL);
        }
    }
    run_close_pipes(run);
}

static void run_write(struct sync_run *run, struct mh_sync_pipe *p)
{
    while (p->input_bytes > 0) {
        ssize_t len = send(p->fd, p->input, p->input_bytes, MSG_NOSIGNAL);
        if (len < 0 && errno == EINTR)
            continue;
        if (len < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return;
        if (len < 0) {
            run_failed(run, -errno);
            break;
        }
        p->input += len;
        p->input_bytes -= (size_t)len;
    }
    pipe_close(p);
}

/* One read at a time, so that the limits are looked at in between. */
static void run_read(struct sync_run *run, struct mh_sync_pipe *p)
{
    char *room;
    int rc = mh_buf_reserve(&p->output, READ_BYTES, &room);
    if (rc < 0) {
        run_kill(run, rc);
        return;
    }
    ssize_t len = read(p->fd, room, READ_BYTES);
    if (len < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK))
        return;
    if (len <= 0) {
        if (len < 0)
            run_failed(run, -errno);
        pipe_close(p);
        return;
    }
    mh_buf_added(&p->output, (size_t)len);
    run->collected_bytes += (uint64_t)len;
    if (run->options->output_bytes > 0 && run->collected_bytes > run->options->output_bytes)
        run_kill(run, -ENOBUFS);
}

/* --- the end of the child ---------------------------------------------------------------------------- */

/* Take the exit status; flags WNOHANG: if there is one. */
static void run_reap(struct sync_run *run, int flags)
{
    siginfo_t info = {0};
    int rc;
    do {
        rc = run->pidfd >= 0 ? waitid(P_PIDFD, (id_t)run->pidfd, &info, WEXITED | flags)
                             : waitid(P_PID, (id_t)run->result->pid, &info, WEXITED | flags);
    } while (rc < 0 && errno == EINTR);
    if (rc == 0 && info.si_pid == 0)
        return; /* still running */
    run->exited = true;
    if (rc < 0)
        run->result->exit_code = -ECHILD;
    else if (info.si_code == CLD_EXITED)
        run->result->exit_code = info.si_status;
    else
        run->result->term_signal = info.si_status;
}

/* --- waiting ----------------------------------------------------------------------------------------- */

/* For poll: how long until the deadline, or until the child is to be asked for. */
static int run_wait_ms(const struct sync_run *run)
{
    int64_t wait_ms = -1;
    if (run->options->timeout_ms > 0 && !run->killed) {
        wait_ms = run->deadline_ms - now_ms();
        if (wait_ms < 0)
            wait_ms = 0;
    }
    if (run->pidfd < 0 && !run->exited && (wait_ms < 0 || wait_ms > NO_PIDFD_POLL_MS))
        wait_ms = NO_PIDFD_POLL_MS;
    return wait_ms > INT_MAX ? INT_MAX : (int)wait_ms;
}

static void run_turn(struct sync_run *run)
{
    /* A descriptor of -1 is passed over by poll. */
    run->polls[0] = (struct pollfd){run->exited ? -1 : run->pidfd, POLLIN, 0};
    for (unsigned i = 0; i < run->pipe_count; i++) {
        short wanted = run->pipes[i].to_child ? POLLOUT : POLLIN;
        run->polls[i + 1] = (struct pollfd){run->pipes[i].fd, wanted, 0};
    }
    int ready = poll(run->polls, run->pipe_count + 1, run_wait_ms(run));
    if (ready < 0 && errno != EINTR) {
        run_kill(run, -errno); /* the kernel is out of memory: only the child's end is left to wait for */
        run_reap(run, 0);
        return;
    }
    if (!run->exited && (run->pidfd < 0 || run->polls[0].revents))
        run_reap(run, WNOHANG);
    for (unsigned i = 0; ready > 0 && i < run->pipe_count; i++) {
        struct mh_sync_pipe *p = &run->pipes[i];
        if (p->fd < 0 || !run->polls[i + 1].revents)
            continue;
        if (p->to_child)
            run_write(run, p);
        else
            run_read(run, p);
    }
    if (run->options->timeout_ms > 0 && !run->killed && (!run->exited || run_has_pipes(run)) &&
        now_ms() >= run->deadline_ms)
        run_kill(run, -ETIMEDOUT);
}

/* --- starting ---------------------------------------------------------------------------------------- */

/* Socket pairs, as the pipes of every child: ours non-blocking, its own blocking. `theirs` gets its ends. */
static int run_open_pipes(struct sync_run *run, struct mh_spawn_fd *theirs, unsigned *opened)
{
    for (unsigned i = 0; i < run->pipe_count; i++) {
        int pair[2];
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
            return -errno;
        fcntl(pair[0], F_SETFL, O_NONBLOCK);
        run->pipes[i].fd = pair[0];
        theirs[i] = (struct mh_spawn_fd){run->pipes[i].child_fd, pair[1]};
        (*opened)++;
    }
    return 0;
}

static int run_spawn(struct sync_run *run, struct mh_alloc *alloc, enum mh_spawn_step *step)
{
    struct mh_spawn_options spawn = run->options->spawn;
    unsigned named = spawn.fd_count;
    unsigned opened = 0;
    struct mh_spawn_fd *fds = mh_malloc(alloc, (named + run->pipe_count + 1) * sizeof *fds);
    if (!fds)
        return -ENOMEM;
    if (named > 0)
        memcpy(fds, spawn.fds, named * sizeof *fds);
    int rc = run_open_pipes(run, fds + named, &opened);
    if (rc == 0) {
        spawn.fds = fds;
        spawn.fd_count = named + opened;
        rc = mh_spawn(alloc, &spawn, &run->result->pid, step);
    }
    /* Its ends are its own now, or the end of a pipe would never be seen. */
    for (unsigned i = 0; i < opened; i++)
        close(fds[named + i].parent_fd);
    mh_free(alloc, fds);
    return rc;
}

int mh_sync_run(struct mh_alloc *alloc, const struct mh_sync_options *options, struct mh_sync_pipe *pipes,
                unsigned pipe_count, struct mh_sync_result *result, enum mh_spawn_step *step)
{
    *step = MH_SPAWN_START;
    *result = (struct mh_sync_result){0};
    struct sync_run run = {
        .options = options, .pipes = pipes, .pipe_count = pipe_count, .result = result, .pidfd = -1};
    for (unsigned i = 0; i < pipe_count; i++) {
        pipes[i].fd = -1;
        mh_buf_init(&pipes[i].output, alloc, SIZE_MAX);
    }
    int rc = -ENOMEM;
    run.polls = mh_malloc(alloc, (pipe_count + 1) * sizeof *run.polls);
    if (!run.polls)
        return rc;
    run.deadline_ms = now_ms() + options->timeout_ms;
    rc = run_spawn(&run, alloc, step);
    if (rc == 0) {
        if (!options->by_asking)
            run.pidfd = (int)syscall(SYS_pidfd_open, result->pid, 0);
        while (!run.exited || run_has_pipes(&run))
            run_turn(&run);
        if (run.pidfd >= 0)
            close(run.pidfd);
    }
    run_close_pipes(&run);
    mh_free(alloc, run.polls);
    return rc;
}

void mh_sync_free(struct mh_sync_pipe *pipes, unsigned pipe_count)
{
    for (unsigned i = 0; i < pipe_count; i++)
        mh_buf_free(&pipes[i].output);
}
