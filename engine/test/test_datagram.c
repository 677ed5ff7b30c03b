/*
 * Datagrams in C: batches in order, a queue with a ceiling behind a full receiver, errors that do not end the
 * receiving.
 */
#include "base/err.h"
#include "net/datagram.h"
#include "net/resolve.h"
#include "test.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MANY 500

static struct test_loop t;
static unsigned received;
static unsigned batches;
static unsigned largest;
static unsigned sent;
static unsigned refused;
static int last_error;
static int last_sent_rc;
static bool close_in_batch;

static void on_batch(struct mh_datagram *d, const struct mh_datagram_message *messages, unsigned count)
{
    batches++;
    largest = count > largest ? count : largest;
    for (unsigned i = 0; i < count; i++) {
        unsigned number;
        CHECK(messages[i].len == sizeof number);
        memcpy(&number, messages[i].bytes, sizeof number);
        CHECK(number == received);
        received++;
    }
    if (close_in_batch)
        mh_datagram_close(d);
}

static void on_error(struct mh_datagram *d, int rc)
{
    (void)d;
    last_error = rc;
}

static void on_sent(struct mh_datagram *d, unsigned count, int rc)
{
    (void)d;
    if (rc < 0)
        refused += count;
    else
        sent += count;
    last_sent_rc = rc;
}

static const struct mh_datagram_events events = {on_batch, on_error, on_sent};

static void setup(void)
{
    test_loop_open(&t);
    received = batches = largest = sent = refused = 0;
    last_error = last_sent_rc = 0;
    close_in_batch = false;
}

static struct mh_datagram *open_fd(int fd)
{
    struct mh_datagram *d;
    CHECK_EQ(mh_datagram_open(&t.ctx, fd, &events, &d), 0);
    d->handle.on_closed = mh_handle_release;
    return d;
}

static socklen_t localhost(unsigned port, struct sockaddr_storage *out)
{
    int len = mh_address_parse("127.0.0.1", port, out);
    CHECK(len > 0);
    return (socklen_t)len;
}

static struct mh_datagram *open_udp(struct sockaddr_storage *bound, socklen_t *len)
{
    struct sockaddr_storage address;
    socklen_t size = localhost(0, &address);
    int fd = mh_datagram_socket((struct sockaddr *)&address, size, NULL);
    CHECK(fd >= 0);
    struct mh_datagram *d = open_fd(fd);
    CHECK(mh_datagram_address(d, false, bound, len) == 0);
    return d;
}

static int send_number(struct mh_datagram *d, unsigned number, struct sockaddr_storage *to, socklen_t len)
{
    uv_buf_t piece = uv_buf_init((char *)&number, sizeof number);
    return mh_datagram_send(d, &piece, 1, (struct sockaddr *)to, len);
}

static void test_batches(void)
{
    setup();
    struct sockaddr_storage to;
    struct sockaddr_storage from;
    socklen_t len;
    socklen_t from_len;
    struct mh_datagram *receiver = open_udp(&to, &len);
    struct mh_datagram *sender = open_udp(&from, &from_len);
    for (unsigned i = 0; i < 100; i++)
        CHECK(send_number(sender, i, &to, len) == 0);
    CHECK(mh_datagram_receive_start(receiver) == 0);
    TURN_UNTIL(&t, received == 100);
    CHECK(largest == MH_DATAGRAM_BATCH);
    CHECK(batches == 4);
    test_loop_close(&t);
}

static void test_close_in_batch(void)
{
    setup();
    struct sockaddr_storage to;
    struct sockaddr_storage from;
    socklen_t len;
    socklen_t from_len;
    struct mh_datagram *receiver = open_udp(&to, &len);
    struct mh_datagram *sender = open_udp(&from, &from_len);
    for (unsigned i = 0; i < 100; i++)
        CHECK(send_number(sender, i, &to, len) == 0);
    close_in_batch = true;
    mh_datagram_receive_start(receiver);
    TURN_UNTIL(&t, batches > 0);
    CHECK(batches == 1 && received == MH_DATAGRAM_BATCH);
    test_loop_close(&t);
}

/* A UNIX pair has what loopback UDP has not: a receiver that makes the sender wait. */
static void test_queue(void)
{
    int pair[2];
    setup();
    CHECK(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair) == 0);
    struct mh_datagram *sender = open_fd(pair[0]);
    struct mh_datagram *receiver = open_fd(pair[1]);
    unsigned queued = 0;
    for (unsigned i = 0; i < MANY; i++) {
        int rc = send_number(sender, i, NULL, 0);
        CHECK(rc == 0 || rc == 1);
        queued += (unsigned)rc;
    }
    CHECK(queued > 0 && sender->queued == queued && sender->queued_bytes == queued * sizeof(unsigned));
    sender->queue.ceiling = mh_buf_len(&sender->queue);
    CHECK(send_number(sender, MANY, NULL, 0) == MH_EQUEUE);
    mh_datagram_receive_start(receiver);
    TURN_UNTIL(&t, received == MANY);
    TURN_UNTIL(&t, sent == queued);
    CHECK(sent == queued && refused == 0 && sender->queued == 0 && sender->queued_bytes == 0);
    test_loop_close(&t);
}

static void test_queue_fails(void)
{
    int pair[2];
    setup();
    CHECK(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair) == 0);
    struct mh_datagram *sender = open_fd(pair[0]);
    unsigned queued = 0;
    while (queued < 3)
        queued += (unsigned)(send_number(sender, 0, NULL, 0) == 1);
    close(pair[1]);
    TURN_UNTIL(&t, refused == queued);
    CHECK(sent == 0 && last_sent_rc < 0 && sender->queued == 0);
    test_loop_close(&t);
}

static void test_error_goes_on(void)
{
    setup();
    struct sockaddr_storage nobody;
    struct sockaddr_storage own;
    socklen_t len;
    socklen_t own_len;
    struct mh_datagram *gone = open_udp(&nobody, &len);
    struct mh_datagram *d = open_udp(&own, &own_len);
    mh_datagram_close(gone);
    mh_datagram_receive_start(d);
    CHECK(mh_datagram_connect(d, (struct sockaddr *)&nobody, len) == 0);
    CHECK(send_number(d, 0, NULL, 0) == 0);
    TURN_UNTIL(&t, last_error != 0);
    CHECK(last_error == -ECONNREFUSED);
    CHECK(mh_datagram_connect(d, NULL, 0) == 0);
    CHECK(send_number(d, 0, &own, own_len) == 0);
    TURN_UNTIL(&t, received == 1);
    test_loop_close(&t);
}

static void test_not_a_datagram_socket(void)
{
    int pair[2];
    struct mh_datagram *d;
    setup();
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    CHECK(mh_datagram_open(&t.ctx, pair[0], &events, &d) == -EINVAL);
    CHECK(write(pair[1], "x", 1) < 0); /* it was taken */
    close(pair[1]);
    struct sockaddr_storage address;
    socklen_t len;
    d = open_udp(&address, &len);
    CHECK(mh_datagram_set(d, MH_DATAGRAM_TTL, 0) == -EINVAL);
    CHECK(mh_datagram_set(d, MH_DATAGRAM_TTL, 256) == -EINVAL);
    CHECK(mh_datagram_membership(d, true, "::1", NULL, NULL) == -EINVAL);
    test_loop_close(&t);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    RUN(test_batches);
    RUN(test_close_in_batch);
    RUN(test_queue);
    RUN(test_queue_fails);
    RUN(test_error_goes_on);
    RUN(test_not_a_datagram_socket);
    return 0;
}
