/*
 * Streams in C: order of events, ceilings, and that the last callback frees the last block.
 */
#include "base/err.h"
#include "net/stream.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

static uv_loop_t loop;
static struct mh_ctx ctx;

/* What one stream was told. */
struct seen {
    char events[64]; /* one letter each: c connect, d data, e end, ! error, r drain, s shutdown, x closed */
    size_t bytes;
    int rc;
    bool close_at_data;
    bool end_at_connect;
    bool end_at_drain;
};

static void note(struct mh_stream *s, char letter)
{
    struct seen *seen = s->handle.owner;
    size_t len = strlen(seen->events);
    if (letter == 'd' && len > 0 && seen->events[len - 1] == 'd')
        return;
    assert(len + 1 < sizeof seen->events);
    seen->events[len] = letter;
}

static void on_connect(struct mh_stream *s, int rc)
{
    struct seen *seen = s->handle.owner;
    seen->rc = rc;
    note(s, 'c');
    if (seen->end_at_connect)
        assert(mh_stream_shutdown(s) == 0);
}

static void on_data(struct mh_stream *s, const char *bytes, size_t len)
{
    struct seen *seen = s->handle.owner;
    for (size_t i = 0; i < len; i++)
        assert(bytes[i] == (char)((seen->bytes + i) % 251));
    seen->bytes += len;
    note(s, 'd');
    if (seen->close_at_data)
        mh_stream_close(s);
}

static void on_end(struct mh_stream *s)
{
    note(s, 'e');
}

static void on_error(struct mh_stream *s, int rc)
{
    ((struct seen *)s->handle.owner)->rc = rc;
    note(s, '!');
}

static void on_drain(struct mh_stream *s)
{
    note(s, 'r');
    if (((struct seen *)s->handle.owner)->end_at_drain)
        assert(mh_stream_shutdown(s) == 0);
}

static void on_shutdown(struct mh_stream *s, int rc)
{
    assert(rc == 0);
    note(s, 's');
}

static void on_closed(struct mh_handle *h)
{
    note(mh_of(h, struct mh_stream, handle), 'x');
    mh_handle_release(h);
}

static const struct mh_stream_events events = {on_connect, on_data, on_end, on_error, on_drain, on_shutdown};

static void watch(struct mh_stream *s, struct seen *seen)
{
    memset(seen, 0, sizeof *seen);
    s->handle.owner = seen;
    s->handle.on_closed = on_closed;
}

static void setup(void)
{
    struct mh_alloc alloc;
    struct mh_log log = {0};
    mh_alloc_init(&alloc, NULL, NULL);
    assert(uv_loop_init(&loop) == 0);
    mh_ctx_init(&ctx, &loop, &alloc, &log);
}

static void teardown(void)
{
    mh_ctx_close_handles(&ctx);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert(mh_ctx_idle(&ctx));
    mh_ctx_free(&ctx);
    assert(ctx.alloc.live == 0);
    assert(uv_loop_close(&loop) == 0);
}

static void open_pair(struct mh_stream **a, struct seen *a_seen, struct mh_stream **b, struct seen *b_seen)
{
    int fds[2];
    assert(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
    assert(mh_stream_open(&ctx, fds[0], &events, a) == 0);
    assert(mh_stream_open(&ctx, fds[1], &events, b) == 0);
    watch(*a, a_seen);
    watch(*b, b_seen);
}

static char *pattern(size_t len)
{
    char *bytes = malloc(len);
    assert(bytes);
    for (size_t i = 0; i < len; i++)
        bytes[i] = (char)(i % 251);
    return bytes;
}

/* Turn the loop until nothing is alive on it: all streams closed, or at rest. */
static void turn_until(const struct seen *seen, char letter)
{
    while (!strchr(seen->events, letter))
        assert(uv_run(&loop, UV_RUN_ONCE) != 0 || strchr(seen->events, letter));
}

static void test_everything_arrives_in_order(void)
{
    const size_t len = 3u << 20;
    struct mh_stream *a, *b;
    struct seen sa, sb;
    setup();
    open_pair(&a, &sa, &b, &sb);
    char *bytes = pattern(len);
    /* Pieces of very different sizes, all at once: the first into the kernel, the rest through the queue. */
    uv_buf_t pieces[3] = {{bytes, 1}, {bytes + 1, 0}, {bytes + 1, len / 2 - 1}};
    assert(mh_stream_write(a, pieces, 3) == 0);
    uv_buf_t rest = {bytes + len / 2, len - len / 2};
    assert(mh_stream_write(a, &rest, 1) == 0);
    size_t pending = mh_stream_pending(a);
    assert(pending > 0 && pending < len);
    assert(mh_stream_shutdown(a) == 0);
    assert(mh_stream_shutdown(a) == 0);
    assert(mh_stream_write(a, &rest, 1) == -EPIPE);
    assert(sa.events[0] == '\0'); /* nothing calls back from inside */
    free(bytes);
    assert(mh_stream_read_start(b) == 0);
    assert(mh_stream_read_start(b) == 0);
    turn_until(&sb, 'e');
    assert(sb.bytes == len && b->bytes_read == len && a->bytes_written == len);
    assert(!strcmp(sb.events, "de"));
    turn_until(&sa, 's');
    assert(!strcmp(sa.events, "rs"));
    assert(mh_stream_pending(a) == 0 && a->queue.data == NULL && a->flight.data == NULL);
    assert(mh_stream_read_start(b) == 0); /* after the end: nothing more comes, and it is no error */
    mh_stream_close(a);
    mh_stream_close(a);
    mh_stream_close(b);
    turn_until(&sb, 'x');
    assert(!strcmp(sb.events, "dex"));
    teardown();
}

static void test_the_queue_has_a_ceiling(void)
{
    const size_t len = 1u << 20;
    struct mh_stream *a, *b;
    struct seen sa, sb;
    setup();
    open_pair(&a, &sa, &b, &sb);
    char *bytes = pattern(2 * len);
    a->queue_ceiling = len;
    uv_buf_t big = {bytes, 2 * len};
    assert(mh_stream_write(a, &big, 1) == 0); /* one write of any size when nothing waits */
    size_t pending = mh_stream_pending(a);
    assert(pending > len);
    uv_buf_t small = {bytes + 2 * len % 251, 1};
    assert(mh_stream_write(a, &small, 1) == MH_EQUEUE);
    assert(mh_stream_pending(a) == pending);
    assert(mh_stream_read_start(b) == 0);
    turn_until(&sa, 'r');
    assert(mh_stream_write(a, &small, 1) == 0);
    while (sb.bytes < 2 * len + 1)
        uv_run(&loop, UV_RUN_ONCE);
    assert(sb.bytes == 2 * len + 1);
    free(bytes);
    teardown();
}

static void test_errors_come_once(void)
{
    struct mh_stream *a, *b;
    struct seen sa, sb;
    setup();
    open_pair(&a, &sa, &b, &sb);
    mh_stream_close(b);
    turn_until(&sb, 'x');
    char bytes[100] = {0};
    uv_buf_t piece = {bytes, sizeof bytes};
    assert(mh_stream_write(a, &piece, 1) == 0); /* the kernel said EPIPE; we hear of it from the loop */
    assert(mh_stream_write(a, &piece, 1) == 0);
    assert(mh_stream_shutdown(a) == 0);
    assert(sa.events[0] == '\0');
    turn_until(&sa, '!');
    assert(sa.rc == -EPIPE);
    assert(mh_stream_write(a, &piece, 1) == -EPIPE);
    assert(mh_stream_shutdown(a) == -EPIPE);
    assert(mh_stream_read_start(a) == -EPIPE);
    for (int i = 0; i < 3; i++)
        uv_run(&loop, UV_RUN_NOWAIT);
    mh_stream_close(a);
    assert(mh_stream_write(a, &piece, 1) == MH_ECLOSED);
    turn_until(&sa, 'x');
    assert(!strcmp(sa.events, "!x"));
    teardown();
}

static void test_close_inside_data(void)
{
    struct mh_stream *a, *b;
    struct seen sa, sb;
    setup();
    open_pair(&a, &sa, &b, &sb);
    sb.close_at_data = true;
    char *bytes = pattern(200000);
    uv_buf_t piece = {bytes, 200000};
    assert(mh_stream_write(a, &piece, 1) == 0);
    free(bytes);
    assert(mh_stream_read_start(b) == 0);
    turn_until(&sb, 'x');
    assert(!strcmp(sb.events, "dx"));
    teardown();
}

static int listening_socket(struct sockaddr_in *address)
{
    socklen_t len = sizeof *address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert(fd >= 0);
    assert(uv_ip4_addr("127.0.0.1", 0, address) == 0);
    assert(bind(fd, (struct sockaddr *)address, len) == 0);
    assert(listen(fd, 5) == 0);
    assert(getsockname(fd, (struct sockaddr *)address, &len) == 0);
    return fd;
}

static struct mh_stream *connect_tcp(const struct sockaddr_in *address, struct seen *seen)
{
    struct mh_stream *s;
    assert(mh_stream_connect(&ctx, (const struct sockaddr *)address, NULL, &events, &s) == 0);
    watch(s, seen);
    return s;
}

static void test_tcp_connect(void)
{
    struct sockaddr_in address;
    struct seen client_seen, server_seen;
    setup();
    int listener = listening_socket(&address);
    struct mh_stream *client = connect_tcp(&address, &client_seen);
    /* Written before it is connected: waits in the queue, and so does the shutdown. */
    char bytes[3] = {0, 1, 2};
    uv_buf_t piece = {bytes, sizeof bytes};
    assert(mh_stream_write(client, &piece, 1) == 0);
    assert(mh_stream_pending(client) == 3);
    assert(mh_stream_shutdown(client) == 0);
    turn_until(&client_seen, 's');
    assert(client_seen.rc == 0 && !strcmp(client_seen.events, "crs"));
    struct mh_stream *server;
    assert(mh_stream_open(&ctx, accept(listener, NULL, NULL), &events, &server) == 0);
    watch(server, &server_seen);
    assert(mh_stream_nodelay(server, true) == 0);
    assert(mh_stream_keepalive(server, true, 0) == 0 && mh_stream_keepalive(server, true, 30) == 0);
    struct sockaddr_storage peer;
    socklen_t len;
    assert(mh_stream_address(client, true, &peer, &len) == 0);
    assert(((struct sockaddr_in *)&peer)->sin_port == address.sin_port);
    mh_stream_read_start(server);
    turn_until(&server_seen, 'e');
    assert(server_seen.bytes == 3);

    /* A reset is what the other end sees as one. */
    mh_stream_read_start(client);
    mh_stream_reset(server);
    turn_until(&client_seen, '!');
    assert(client_seen.rc == -ECONNRESET);
    close(listener);

    struct mh_stream *refused = connect_tcp(&address, &client_seen);
    assert(mh_stream_write(refused, &piece, 1) == 0);
    turn_until(&client_seen, 'c');
    assert(client_seen.rc == -ECONNREFUSED);
    mh_stream_close(refused);
    turn_until(&client_seen, 'x');
    assert(!strcmp(client_seen.events, "cx"));
    mh_handle_close(&client->handle);
    teardown();
}

static void test_shutdown_inside_callbacks(void)
{
    for (int at_drain = 0; at_drain < 2; at_drain++) {
        struct sockaddr_in address;
        struct seen seen;
        setup();
        int listener = listening_socket(&address);
        struct mh_stream *s = connect_tcp(&address, &seen);
        seen.end_at_connect = !at_drain;
        seen.end_at_drain = at_drain;
        char byte = 0;
        uv_buf_t piece = {&byte, 1};
        if (at_drain)
            assert(mh_stream_write(s, &piece, 1) == 0);
        turn_until(&seen, 's');
        for (int i = 0; i < 3; i++)
            uv_run(&loop, UV_RUN_NOWAIT);
        assert(!strcmp(seen.events, at_drain ? "crs" : "cs")); /* once, not twice */
        close(listener);
        mh_handle_close(&s->handle);
        teardown();
    }
}

static void test_shared_socket_ends_at_close(void)
{
    for (int reset = 0; reset < 2; reset++) {
        struct sockaddr_in address;
        struct seen client_seen, server_seen;
        setup();
        int listener = listening_socket(&address);
        struct mh_stream *client = connect_tcp(&address, &client_seen);
        turn_until(&client_seen, 'c');
        int fd = accept(listener, NULL, NULL);
        int copy = dup(fd); /* as a master keeps one of what it handed out */
        struct mh_stream *server;
        assert(mh_stream_open(&ctx, fd, &events, &server) == 0);
        watch(server, &server_seen);
        server->shared = true;
        mh_stream_read_start(client);
        if (reset)
            mh_stream_reset(server);
        else
            mh_stream_close(server);
        turn_until(&client_seen, reset ? '!' : 'e');
        close(copy);
        close(listener);
        mh_handle_close(&client->handle);
        teardown();
    }
}

static void test_paths(void)
{
    setup();
    struct mh_stream *s;
    struct seen seen;
    char path[] = "/tmp/moonherd-test-XXXXXX";
    assert(mkdtemp(path));
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int len = snprintf(address.sun_path, sizeof address.sun_path, "%s/s", path);
    assert(mh_stream_connect_path(&ctx, address.sun_path, (size_t)len, &events, &s) == -ENOENT);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert(bind(listener, (struct sockaddr *)&address, sizeof address) == 0);
    assert(mh_stream_connect_path(&ctx, address.sun_path, (size_t)len, &events, &s) == -ECONNREFUSED);
    assert(listen(listener, 1) == 0);
    assert(mh_stream_connect_path(&ctx, address.sun_path, (size_t)len, &events, &s) == 0);
    watch(s, &seen);
    assert(mh_stream_shutdown(s) == 0);
    assert(seen.events[0] == '\0');
    turn_until(&seen, 's');
    assert(!strcmp(seen.events, "cs"));
    char long_path[200];
    memset(long_path, 'x', sizeof long_path);
    struct mh_stream *none;
    assert(mh_stream_connect_path(&ctx, long_path, sizeof long_path, &events, &none) == -ENAMETOOLONG);
    mh_stream_close(s);
    turn_until(&seen, 'x');
    close(listener);
    unlink(address.sun_path);
    rmdir(path);

    /* Closed before the loop could say that it is connected: only closed comes. */
    listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    memset(address.sun_path, 0, sizeof address.sun_path);
    len = 1 + snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "moonherd-test-%d", (int)getpid());
    assert(bind(listener, (struct sockaddr *)&address, (socklen_t)(sizeof(sa_family_t) + (size_t)len)) == 0);
    assert(listen(listener, 1) == 0);
    assert(mh_stream_connect_path(&ctx, address.sun_path, (size_t)len, &events, &s) == 0);
    watch(s, &seen);
    mh_stream_close(s);
    turn_until(&seen, 'x');
    assert(!strcmp(seen.events, "x"));
    close(listener);
    teardown();
}

static void test_what_is_no_stream(void)
{
    setup();
    struct mh_stream *s;
    assert(mh_stream_open(&ctx, open("/dev/null", O_RDWR), &events, &s) == -EINVAL);
    assert(mh_stream_open(&ctx, socket(AF_INET, SOCK_DGRAM, 0), &events, &s) == -EINVAL);
    assert(mh_stream_open(&ctx, -1, &events, &s) == -EBADF);
    teardown();
}

static void test_pipes(void)
{
    int fds[2];
    struct mh_stream *reader, *writer;
    struct seen reader_seen, writer_seen;
    setup();
    assert(pipe2(fds, O_CLOEXEC) == 0);
    assert(mh_stream_open(&ctx, fds[0], &events, &reader) == 0);
    assert(mh_stream_open(&ctx, fds[1], &events, &writer) == 0);
    watch(reader, &reader_seen);
    watch(writer, &writer_seen);
    char bytes[3] = {0, 1, 2};
    uv_buf_t piece = {bytes, sizeof bytes};
    assert(mh_stream_write(reader, &piece, 1) < 0); /* the wrong end */
    assert(mh_stream_write(writer, &piece, 1) == 0);
    mh_stream_close(reader);
    turn_until(&reader_seen, 'x');
    mh_stream_close(writer);
    turn_until(&writer_seen, 'x');

    assert(pipe2(fds, O_CLOEXEC) == 0);
    assert(mh_stream_open(&ctx, fds[0], &events, &reader) == 0);
    assert(mh_stream_open(&ctx, fds[1], &events, &writer) == 0);
    watch(reader, &reader_seen);
    watch(writer, &writer_seen);
    assert(mh_stream_write(writer, &piece, 1) == 0);
    assert(mh_stream_shutdown(writer) == 0);
    turn_until(&writer_seen, 's');
    mh_stream_read_start(reader);
    mh_stream_close(writer);
    turn_until(&reader_seen, 'e');
    assert(reader_seen.bytes == 3);
    teardown();
}

static void test_out_of_memory(void)
{
    setup();
    struct mh_stream *a, *b;
    struct seen sa, sb;
    int fds[2];
    assert(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
    ctx.alloc.fail_in = 1;
    assert(mh_stream_open(&ctx, fds[0], &events, &a) == -ENOMEM);
    close(fds[1]);

    open_pair(&a, &sa, &b, &sb);
    char *bytes = pattern(4u << 20);
    uv_buf_t piece = {bytes, 4u << 20};
    ctx.alloc.fail_in = 1;
    assert(mh_stream_write(a, &piece, 1) == -ENOMEM); /* part of it is on its way: the stream is done for */
    assert(mh_stream_write(a, &piece, 1) == -ENOMEM);
    ctx.alloc.fail_in = 1;
    assert(mh_stream_read_start(b) == 0);
    turn_until(&sb, '!');
    assert(sb.rc == -ENOBUFS);
    free(bytes);
    teardown();
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    test_everything_arrives_in_order();
    test_the_queue_has_a_ceiling();
    test_errors_come_once();
    test_close_inside_data();
    test_tcp_connect();
    test_shutdown_inside_callbacks();
    test_shared_socket_ends_at_close();
    test_paths();
    test_what_is_no_stream();
    test_pipes();
    test_out_of_memory();
    return 0;
}
