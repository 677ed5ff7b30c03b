/*
 * peer.h - for the tests of channels: a watch that notes what a channel tells its owner, and a raw peer, a
 * bare socket that can send what no channel would.
 */
#ifndef MH_TEST_PEER_H
#define MH_TEST_PEER_H

#include "ipc/channel.h"
#include "test.h"

enum peer_close_in { CLOSE_IN_NONE, CLOSE_IN_FRAMES, CLOSE_IN_DRAIN, CLOSE_IN_END, CLOSE_IN_CONTROL };

/* What one channel told its owner. */
struct watch {
    struct mh_channel *ch; /* NULL once closed */
    char log[512]; /* one letter each: f frames, c control, d drain, e end, x closed; runs of one letter once
                    */
    unsigned frames;
    unsigned largest_batch;
    uint64_t bytes;
    uint64_t sum; /* of all payload bytes, each times its place: two streams alike have the same */
    char first[64];
    uint32_t first_len; /* of the latest frame: its first bytes and its length */
    unsigned fds;
    unsigned fds_lost;
    int kept[256]; /* descriptors taken from the frames, if keep_fds */
    int drains;
    int drain_rc;
    unsigned refused;
    int ends;
    int reason;
    int controls;
    bool keep_fds;
    enum peer_close_in close_in;
};

/* A channel with a watch on one end of a socket pair, reading; returns the other end, blocking. */
int watch_open(struct test_loop *t, struct watch *w, const struct mh_channel_limits *limits);

/* A channel with a watch on that descriptor, reading. */
void watch_open_fd(struct test_loop *t, struct watch *w, int fd, const struct mh_channel_limits *limits);

/* Close what is open of it, and wait. Descriptors kept are closed. */
void watch_close(struct test_loop *t, struct watch *w);

/* Note control frames too; without, the channel has no hook. */
void watch_control(struct watch *w);

/* Queue and flush a frame whose payload is all of one letter. Returns what mh_channel_send said. */
int watch_send(struct watch *w, size_t len, char letter);

/* Write header and payload to `to`, which has room for both; returns their length. */
size_t peer_frame(char *to, int type, const void *payload, uint32_t payload_len, unsigned fds);

/* Send all bytes, with descriptors on the first one. The descriptors stay the caller's. */
void peer_send(int fd, const void *bytes, size_t len, const int *fds, unsigned fd_count);

void peer_send_frame(int fd, int type, const void *payload, uint32_t payload_len, const int *fds,
                     unsigned fd_count);

/* Read exactly len bytes, waiting for them. */
void peer_read(int fd, void *bytes, size_t len);

/* A descriptor that can be told from others: a memory file of that number. */
int peer_fd(int number);
int peer_fd_number(int fd);

#endif
