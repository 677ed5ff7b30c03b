#include "ipc/health.h"

#include "base/err.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(sizeof(struct mh_health) <= MH_HEALTH_BYTES, "the page is one page");

/* NULL with errno set on failure. */
static struct mh_health *health_mmap(int fd)
{
    void *page = mmap(NULL, MH_HEALTH_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    return page == MAP_FAILED ? NULL : page;
}

int mh_health_create(int *fd, struct mh_health **out)
{
    int memfd = memfd_create("moonherd-health", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (memfd < 0)
        return -errno;
    struct mh_health *page = NULL;
    if (ftruncate(memfd, MH_HEALTH_BYTES) == 0)
        page = health_mmap(memfd);
    /* Sealed against shrinking: a worker that truncates its page must not give the master a SIGBUS. */
    if (!page || fcntl(memfd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0) {
        int rc = -errno;
        mh_health_unmap(page);
        close(memfd);
        return rc;
    }
    page->magic = MH_HEALTH_MAGIC;
    page->version = MH_HEALTH_VERSION;
    *fd = memfd;
    *out = page;
    return 0;
}

int mh_health_map(int fd, struct mh_health **out)
{
    struct stat st;
    if (fstat(fd, &st) < 0)
        return -errno;
    if (st.st_size != MH_HEALTH_BYTES)
        return -EINVAL;
    struct mh_health *page = health_mmap(fd);
    if (!page)
        return -errno;
    if (page->magic != MH_HEALTH_MAGIC || page->version != MH_HEALTH_VERSION) {
        mh_health_unmap(page);
        return MH_EVERSION;
    }
    *out = page;
    return 0;
}

void mh_health_unmap(struct mh_health *page)
{
    if (page)
        munmap(page, MH_HEALTH_BYTES);
}

bool mh_health_claim(struct mh_health *page, uint32_t slot, uint32_t ticket, enum mh_claim_state from,
                     enum mh_claim_state to)
{
    uint32_t expected = ticket << 2 | from;
    return slot < MH_HEALTH_CLAIMS &&
           atomic_compare_exchange_strong(&page->claims[slot], &expected, ticket << 2 | to);
}
