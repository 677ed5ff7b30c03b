#include "net/file.h"

#include "base/err.h"

#include <assert.h>
#include <errno.h>
#include <sys/stat.h>

static void file_uv_closed(uv_handle_t *uv)
{
    struct mh_file *f = uv->data;
    mh_handle_closed(&f->handle);
}

static void file_uv_close(struct mh_file *f)
{
    uv_close((uv_handle_t *)&f->uv, file_uv_closed);
}

/* With a request in the pool, closing waits for its end: the memory is lent to it. */
static void file_close(struct mh_handle *h)
{
    struct mh_file *f = mh_of(h, struct mh_file, handle);
    if (f->busy)
        uv_cancel((uv_req_t *)&f->request);
    else
        file_uv_close(f);
}

static void file_destroy(struct mh_handle *h)
{
    struct mh_file *f = mh_of(h, struct mh_file, handle);
    mh_free(&h->ctx->alloc, f->buffer);
    mh_free(&h->ctx->alloc, f);
}

static const struct mh_handle_class file_class = {"file", file_close, file_destroy};

int mh_file_open(struct mh_ctx *ctx, int fd, const struct mh_file_events *events, struct mh_file **out)
{
    struct stat st;
    if (fstat(fd, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode) && !S_ISCHR(st.st_mode) && !S_ISBLK(st.st_mode))
        return -EINVAL;
    struct mh_file *f = mh_zalloc(&ctx->alloc, sizeof *f);
    if (!f)
        return -ENOMEM;
    int rc = uv_idle_init(ctx->loop, &f->uv);
    assert(rc == 0); /* it only fills in the struct */
    (void)rc;
    f->uv.data = f;
    f->fd = fd;
    f->events = events;
    mh_handle_open(&f->handle, ctx, &file_class);
    *out = f;
    return 0;
}

static int file_read(struct mh_file *f);

static void file_fail(struct mh_file *f, int rc)
{
    f->over = true;
    f->events->on_error(f, rc);
}

static void file_uv_read(uv_fs_t *request)
{
    struct mh_file *f = mh_of(request, struct mh_file, request);
    ssize_t len = request->result;
    uv_fs_req_cleanup(request);
    f->handle.ctx->pool_requests--;
    f->busy = false;
    if (!mh_handle_is_open(&f->handle)) {
        file_uv_close(f);
        return;
    }
    if (len > 0) {
        f->events->on_data(f, f->buffer, (size_t)len);
        int rc = f->wanted && mh_handle_is_open(&f->handle) ? file_read(f) : 0;
        if (rc < 0)
            file_fail(f, rc);
    } else if (len == 0) {
        f->over = true;
        f->events->on_end(f);
    } else {
        file_fail(f, (int)len);
    }
}

/* From where the descriptor stands on. */
static int file_read(struct mh_file *f)
{
    if (f->busy || f->over)
        return 0;
    if (!f->buffer)
        f->buffer = mh_malloc(&f->handle.ctx->alloc, MH_FILE_READ_BYTES);
    if (!f->buffer)
        return -ENOMEM;
    uv_buf_t piece = {f->buffer, MH_FILE_READ_BYTES};
    int rc = uv_fs_read(f->handle.ctx->loop, &f->request, f->fd, &piece, 1, -1, file_uv_read);
    if (rc < 0)
        return rc;
    f->handle.ctx->pool_requests++;
    f->busy = true;
    return 0;
}

int mh_file_read_start(struct mh_file *f)
{
    if (!mh_handle_is_open(&f->handle))
        return MH_ECLOSED;
    f->wanted = true;
    return file_read(f);
}

void mh_file_read_stop(struct mh_file *f)
{
    f->wanted = false;
}
