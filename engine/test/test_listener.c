/*
 * Listeners in C: nobody is lost and nothing spins when descriptors run out; addresses are free at once after
 * close.
 */
#include "net/listener.h"
#include "net/resolve.h"
#include "test.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define MANY 200

static uv_loop_t loop;
static struct mh_ctx ctx;
static int accepted[MANY];
static int accepted_count;
static int errors;
static int last_rc;
static bool last_retrying;
static bool close_at_accept;

static void on_accept(struct mh_listener *l, int fd)
{
    assert(accepted_count < MANY);
    accepted[accepted_count++] = fd;
    if (close_at_accept)
        mh_listener_close(l);
}

static void on_error(struct mh_listener *l, int rc, bool retrying)
{
    (void)l;
    errors++;
    last_rc = rc;
    last_retrying = retrying;
}

static const struct mh_listener_events events = {on_accept, on_error};

static void setup(void)
{
    struct mh_alloc alloc;
    struct mh_log log = {0};
    mh_alloc_init(&alloc, NULL, NULL);
    assert(uv_loop_init(&loop) == 0);
    mh_ctx_init(&ctx, &loop, &alloc, &log);
    accepted_count = errors = last_rc = 0;
    close_at_accept = false;
}

static void close_accepted(void)
{
    while (accepted_count > 0)
        close(accepted[--accepted_count]);
}

static void teardown(void)
{
    close_accepted();
    mh_ctx_close_handles(&ctx);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert(mh_ctx_idle(&ctx) && mh_list_empty(&ctx.fd_waiters));
    mh_ctx_free(&ctx);
    assert(ctx.alloc.live == 0);
    assert(uv_loop_close(&loop) == 0);
}

/* A listener on a free port of 127.0.0.1; *address becomes where it is. */
static struct mh_listener *listen_tcp(struct sockaddr_in *address)
{
    socklen_t len = sizeof *address;
    struct mh_listener *l;
    assert(uv_ip4_addr("127.0.0.1", 0, address) == 0);
    int fd = mh_listen_socket((struct sockaddr *)address, len, NULL);
    assert(fd >= 0);
    assert(getsockname(fd, (struct sockaddr *)address, &len) == 0);
    assert(mh_listener_open(&ctx, fd, &events, &l) == 0);
    l->handle.on_closed = mh_handle_release;
    return l;
}

static int client_of(const struct sockaddr_in *address)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert(fd >= 0);
    assert(connect(fd, (const struct sockaddr *)address, sizeof *address) == 0);
    return fd;
}

static void turn_until_accepted(int count)
{
    while (accepted_count < count)
        assert(uv_run(&loop, UV_RUN_ONCE) != 0 || accepted_count >= count);
}

static void ring(uv_timer_t *timer)
{
    *(bool *)timer->data = true;
}

static void forget(uv_handle_t *timer)
{
    timer->data = NULL;
}

/* How often the loop turns in 100 ms. */
static int count_turns(void)
{
    uv_timer_t timer;
    bool rung = false;
    int turns = 0;
    uv_timer_init(&loop, &timer);
    timer.data = &rung;
    uv_timer_start(&timer, ring, 100, 0);
    while (!rung) {
        uv_run(&loop, UV_RUN_ONCE);
        turns++;
    }
    uv_close((uv_handle_t *)&timer, forget);
    while (timer.data)
        uv_run(&loop, UV_RUN_NOWAIT);
    return turns;
}

static struct rlimit old_limit;

/* No descriptor can be opened any more. */
static void fill_up(void)
{
    int next = dup(0);
    assert(next >= 0);
    close(next);
    assert(getrlimit(RLIMIT_NOFILE, &old_limit) == 0);
    struct rlimit limit = {(rlim_t)next, old_limit.rlim_max};
    assert(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    assert(dup(0) < 0 && errno == EMFILE);
}

static void make_room(void)
{
    assert(setrlimit(RLIMIT_NOFILE, &old_limit) == 0);
}

static void test_accepts_in_batches(void)
{
    struct sockaddr_in address;
    int clients[MH_LISTENER_ACCEPT_BATCH + 10];
    const int count = (int)(sizeof clients / sizeof clients[0]);
    setup();
    struct mh_listener *l = listen_tcp(&address);
    for (int i = 0; i < count; i++)
        clients[i] = client_of(&address);
    uv_run(&loop, UV_RUN_ONCE);
    assert(accepted_count == MH_LISTENER_ACCEPT_BATCH); /* others get their turn before the rest */
    turn_until_accepted(count);
    assert(l->accepted == (uint64_t)count);
    assert((fcntl(accepted[0], F_GETFD) & FD_CLOEXEC) && (fcntl(accepted[0], F_GETFL) & O_NONBLOCK));

    mh_listener_pause(l);
    int late = client_of(&address);
    uv_run(&loop, UV_RUN_NOWAIT);
    assert(accepted_count == count);
    mh_listener_resume(l);
    turn_until_accepted(count + 1);

    close_at_accept = true;
    int last = client_of(&address);
    int never = client_of(&address);
    turn_until_accepted(count + 2);
    uv_run(&loop, UV_RUN_NOWAIT);
    assert(accepted_count == count + 2 && errors == 0);
    close(late);
    close(last);
    close(never);
    for (int i = 0; i < count; i++)
        close(clients[i]);
    teardown();
}

static void test_descriptors_run_out(void)
{
    struct sockaddr_in address;
    int clients[3];
    if (!test_limits_hold())
        return;
    setup();
    struct mh_listener *l = listen_tcp(&address);
    uv_run(&loop, UV_RUN_NOWAIT);
    for (int i = 0; i < 3; i++)
        clients[i] = client_of(&address);
    int spare = dup(0);
    fill_up();
    uv_run(&loop, UV_RUN_ONCE);
    assert(errors == 1 && last_rc == -EMFILE && last_retrying && accepted_count == 0);
    assert(uv_loop_alive(&loop)); /* it is still there for who asks */
    assert(count_turns() <= 10);
    assert(errors == 1);

    /* One is closed: one is served, at once, and then it waits again, in silence. */
    mh_ctx_close_fd(&ctx, spare);
    turn_until_accepted(1);
    assert(count_turns() <= 10);
    assert(accepted_count == 1 && l->starved >= 2);
    assert(errors == 2); /* one for each time that things had been well between */

    /* Room made by somebody who does not tell us is found after a while. */
    make_room();
    turn_until_accepted(3);
    assert(errors == 2);

    /* Closed while it starves. */
    int late = client_of(&address);
    fill_up();
    uv_run(&loop, UV_RUN_ONCE);
    assert(errors == 3);
    mh_listener_close(l);
    make_room();
    close(late);
    for (int i = 0; i < 3; i++)
        close(clients[i]);
    teardown();
}

static void test_a_socket_that_stops_listening(void)
{
    struct sockaddr_in address;
    setup();
    struct mh_listener *l = listen_tcp(&address);
    assert(shutdown(l->fd, SHUT_RDWR) == 0);
    uv_run(&loop, UV_RUN_ONCE);
    assert(errors == 1 && last_rc == -EINVAL && !last_retrying);
    assert(count_turns() <= 10);
    assert(errors == 1);
    teardown();
}

static void test_addresses(void)
{
    struct sockaddr_in address;
    struct sockaddr_storage other;
    setup();
    struct mh_listener *l = listen_tcp(&address);
    assert(mh_listen_socket((struct sockaddr *)&address, sizeof address, NULL) == -EADDRINUSE);
    mh_listener_close(l);
    int fd = mh_listen_socket((struct sockaddr *)&address, sizeof address, NULL); /* free at once */
    assert(fd >= 0);
    close(fd);
    struct mh_listen_options options = {.reuse_port = true};
    int one = mh_listen_socket((struct sockaddr *)&address, sizeof address, &options);
    int two = mh_listen_socket((struct sockaddr *)&address, sizeof address, &options);
    assert(one >= 0 && two >= 0);
    close(one);
    close(two);
    assert(mh_address_parse("192.0.2.1", 80, &other) == sizeof(struct sockaddr_in)); /* nobody's address */
    assert(mh_listen_socket((struct sockaddr *)&other, sizeof(struct sockaddr_in), NULL) == -EADDRNOTAVAIL);
    assert(mh_address_parse("::1", 0, &other) == sizeof(struct sockaddr_in6));
    assert(mh_address_parse("127.1", 0, &other) == -EINVAL);
    assert(mh_address_parse("localhost", 0, &other) == -EINVAL);
    teardown();
}

static void test_paths(void)
{
    char folder[] = "/tmp/moonherd-test-XXXXXX";
    char path[100];
    struct stat st;
    struct mh_listener *l;
    setup();
    assert(mkdtemp(folder));
    int len = snprintf(path, sizeof path, "%s/s", folder);
    struct mh_listen_options options = {.path_mode = 0777};
    for (int replaced = 0; replaced < 2; replaced++) {
        int fd = mh_listen_path(path, (size_t)len, &options);
        assert(fd >= 0);
        assert(stat(path, &st) == 0 && (st.st_mode & 0777) == 0777);
        assert(mh_listen_path(path, (size_t)len, NULL) == -EADDRINUSE);
        assert(mh_listener_open(&ctx, fd, &events, &l) == 0);
        l->handle.on_closed = mh_handle_release;
        assert(mh_listener_own_path(l, path) == 0);
        int successor = -1;
        if (replaced) {
            assert(unlink(path) == 0);
            successor = mh_listen_path(path, (size_t)len, NULL);
            assert(successor >= 0);
        }
        mh_listener_close(l);
        assert((access(path, F_OK) == 0) == (replaced == 1)); /* only our own file goes */
        if (replaced)
            close(successor);
    }
    unlink(path);
    rmdir(folder);
    memset(path, 'x', sizeof path);
    assert(mh_listen_path(path, 0, NULL) == -EINVAL);
    assert(mh_listen_path("/nowhere/at/all", 15, NULL) == -ENOENT);
    teardown();
}

static int resolved;

static void on_resolved(struct mh_resolve *r, int rc, const struct addrinfo *found)
{
    assert(mh_handle_is_open(&r->handle));
    assert(rc == 0 && found && found->ai_addr);
    resolved++;
}

static void test_resolve(void)
{
    struct mh_resolve *r;
    setup();
    assert(mh_resolve_open(&ctx, "localhost", AF_INET, 0, on_resolved, &r) == 0);
    mh_handle_release(&r->handle);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert(resolved == 1 && mh_ctx_idle(&ctx) && ctx.pool_requests == 0);
    assert(mh_resolve_open(&ctx, "localhost", AF_UNSPEC, 0, on_resolved, &r) == 0);
    mh_resolve_close(r);
    mh_resolve_close(r);
    mh_handle_release(&r->handle);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert(resolved == 1 && mh_ctx_idle(&ctx) && ctx.pool_requests == 0);
    teardown();
}

int main(void)
{
    test_accepts_in_batches();
    test_descriptors_run_out();
    test_a_socket_that_stops_listening();
    test_addresses();
    test_paths();
    test_resolve();
    return 0;
}
