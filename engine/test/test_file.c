/*
 * Files in C: read from where they stand, in order, stopped and started, closed with a read under way, and
 * what is no file refused.
 */
#include "base/err.h"
#include "net/file.h"
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TOTAL (3 * (size_t)MH_FILE_READ_BYTES + 100)

static struct test_loop t;
static size_t received;
static unsigned pieces;
static bool in_order;
static bool ended;
static bool closed;
static int failed;
static bool stop_at_once;
static bool close_at_once;

static void on_data(struct mh_file *f, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        in_order = in_order && bytes[i] == (char)(received + i);
    received += len;
    pieces++;
    if (stop_at_once)
        mh_file_read_stop(f);
    if (close_at_once)
        mh_file_close(f);
}

static void on_end(struct mh_file *f)
{
    (void)f;
    ended = true;
}

static void on_error(struct mh_file *f, int rc)
{
    (void)f;
    failed = rc;
}

static void on_closed(struct mh_handle *h)
{
    (void)h;
    closed = true;
}

static const struct mh_file_events events = {on_data, on_end, on_error};

/* A file of TOTAL bytes that tell their place, without a name. */
static int make_file(void)
{
    char path[] = "/tmp/moonherd-file-XXXXXX";
    int fd = mkostemp(path, O_CLOEXEC);
    CHECK(fd >= 0);
    unlink(path);
    char *bytes = malloc(TOTAL);
    CHECK(bytes != NULL);
    for (size_t i = 0; i < TOTAL; i++)
        bytes[i] = (char)i;
    CHECK_EQ(write(fd, bytes, TOTAL), TOTAL);
    free(bytes);
    CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

static struct mh_file *file_open(int fd)
{
    received = pieces = 0;
    in_order = true;
    ended = closed = stop_at_once = close_at_once = false;
    failed = 0;
    test_loop_open(&t);
    struct mh_file *f;
    CHECK_EQ(mh_file_open(&t.ctx, fd, &events, &f), 0);
    f->handle.on_closed = on_closed;
    return f;
}

static void file_over(struct mh_file *f, int fd)
{
    mh_file_close(f);
    TURN_UNTIL(&t, closed);
    mh_handle_release(&f->handle);
    test_loop_close(&t);
    CHECK(fcntl(fd, F_GETFD) >= 0); /* it was borrowed */
    close(fd);
}

static void whole(void)
{
    int fd = make_file();
    struct mh_file *f = file_open(fd);
    test_turn_idle(&t);
    CHECK_EQ(received, 0); /* nobody asked */
    CHECK_EQ(mh_file_read_start(f), 0);
    CHECK_EQ(mh_file_read_start(f), 0);
    TURN_UNTIL(&t, ended);
    CHECK(in_order && received == TOTAL && pieces == 4);
    ended = false;
    CHECK_EQ(mh_file_read_start(f), 0); /* there is only one end */
    test_turn_idle(&t);
    CHECK(!ended);
    file_over(f, fd);
}

static void in_pieces(void)
{
    int fd = make_file();
    struct mh_file *f = file_open(fd);
    stop_at_once = true;
    for (unsigned piece = 1; piece <= 4; piece++) {
        CHECK_EQ(mh_file_read_start(f), 0);
        TURN_UNTIL(&t, pieces == piece);
        test_turn_idle(&t);
        CHECK_EQ(pieces, piece);
    }
    /* What was under way when it was stopped is told all the same, and nothing after it. */
    CHECK_EQ(lseek(fd, 0, SEEK_SET), 0);
    received = pieces = 0;
    CHECK_EQ(mh_file_read_start(f), 0);
    mh_file_read_stop(f);
    TURN_UNTIL(&t, pieces == 1);
    test_turn_idle(&t);
    CHECK_EQ(pieces, 1);
    file_over(f, fd);
}

static void closed_while_reading(void)
{
    int fd = make_file();
    struct mh_file *f = file_open(fd);
    CHECK_EQ(mh_file_read_start(f), 0);
    mh_file_close(f);
    CHECK_EQ(mh_file_read_start(f), MH_ECLOSED);
    CHECK(!closed); /* the pool may be writing into its memory */
    TURN_UNTIL(&t, closed);
    CHECK_EQ(received, 0);
    file_over(f, fd);

    fd = make_file();
    f = file_open(fd);
    close_at_once = true;
    CHECK_EQ(mh_file_read_start(f), 0);
    TURN_UNTIL(&t, closed);
    CHECK_EQ(pieces, 1);
    file_over(f, fd);
}

static void devices(void)
{
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    struct mh_file *f = file_open(fd);
    CHECK_EQ(mh_file_read_start(f), 0);
    TURN_UNTIL(&t, ended);
    CHECK_EQ(received, 0);
    file_over(f, fd);
}

static void errors(void)
{
    int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
    struct mh_file *f = file_open(fd);
    CHECK_EQ(mh_file_read_start(f), 0);
    TURN_UNTIL(&t, failed != 0);
    CHECK_EQ(failed, -EBADF);
    file_over(f, fd);
}

static void refused(void)
{
    struct mh_file *f;
    test_loop_open(&t);
    int folder = open("/", O_RDONLY | O_CLOEXEC);
    CHECK_EQ(mh_file_open(&t.ctx, folder, &events, &f), -EINVAL);
    close(folder);
    CHECK_EQ(mh_file_open(&t.ctx, folder, &events, &f), -EBADF);
    int pair[2];
    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    CHECK_EQ(mh_file_open(&t.ctx, pair[0], &events, &f), -EINVAL);
    close(pair[0]);
    close(pair[1]);
    /* Memory that runs out: for the object, and for its buffer. */
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    t.ctx.alloc.fail_in = 1;
    CHECK_EQ(mh_file_open(&t.ctx, fd, &events, &f), -ENOMEM);
    CHECK_EQ(mh_file_open(&t.ctx, fd, &events, &f), 0);
    t.ctx.alloc.fail_in = 1;
    CHECK_EQ(mh_file_read_start(f), -ENOMEM);
    mh_file_close(f);
    mh_handle_release(&f->handle);
    test_loop_close(&t);
    close(fd);
}

int main(void)
{
    RUN(whole);
    RUN(in_pieces);
    RUN(closed_while_reading);
    RUN(devices);
    RUN(errors);
    RUN(refused);
    return 0;
}
