/*
 * net/file.h - reads what is no stream, a file or a device, from where it stands, on libuv's thread pool.
 *
 * For a standard input that comes from a file: the loop cannot wait for one, and must not wait in a read. It
 * borrows the descriptor, and reads one buffer ahead of nobody: the next read begins when the last was told.
 */
#ifndef MH_NET_FILE_H
#define MH_NET_FILE_H

#include "loop/handle.h"

#define MH_FILE_READ_BYTES (64u << 10)

struct mh_file;

/* From the loop. Any of them may close the file. After on_end and on_error nothing more is read. */
struct mh_file_events {
    /* bytes live only during the call. One may still come after mh_file_read_stop. */
    void (*on_data)(struct mh_file *f, const char *bytes, size_t len);
    void (*on_end)(struct mh_file *f);
    void (*on_error)(struct mh_file *f, int rc);
};

struct mh_file {
    struct mh_handle handle;
    uv_idle_t uv; /* never started: it is there to be closed */
    uv_fs_t request;
    const struct mh_file_events *events;
    char *buffer; /* MH_FILE_READ_BYTES; NULL until the first read */
    int fd;
    bool wanted; /* between read_start and read_stop */
    bool busy;   /* the request is with the pool, which keeps the loop alive */
    bool over;   /* its end, or an error, was told */
};

/* fd is borrowed. Returns 0; -EINVAL for what is neither file nor device (a folder, a socket); other errno.
 */
int mh_file_open(struct mh_ctx *ctx, int fd, const struct mh_file_events *events, struct mh_file **out);

/* Start and stop reading; idempotent. Returns 0 or a negative code. */
int mh_file_read_start(struct mh_file *f);
void mh_file_read_stop(struct mh_file *f);

static inline void mh_file_close(struct mh_file *f)
{
    mh_handle_close(&f->handle);
}

#endif
