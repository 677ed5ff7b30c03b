#include "proc/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CGROUP_LIST_BYTES 8192 /* of /proc/self/cgroup: a line for each of a dozen controllers */

/* Where the two versions keep the same things. */
struct version {
    const char *mount;
    const char *hard;
    const char *soft;
    const char *used;
};

static const struct version version_1 = {"/sys/fs/cgroup/memory", "memory.limit_in_bytes",
                                         "memory.soft_limit_in_bytes", "memory.usage_in_bytes"};
static const struct version version_2 = {"/sys/fs/cgroup", "memory.max", "memory.high", "memory.current"};

/* Reads a small file whole and ends it in a zero. Returns whether there was one. */
static bool cgroup_file(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    size_t len = 0;
    ssize_t got;
    while (len < size - 1 &&
           ((got = read(fd, text + len, size - 1 - len)) > 0 || (got < 0 && errno == EINTR)))
        len += got > 0 ? (size_t)got : 0;
    close(fd);
    text[len] = '\0';
    return len > 0;
}

/* The number in a file of a group; fallback for "max", for version 1's way to say so, and without the file.
 */
static uint64_t cgroup_number(const char *folder, const char *name, uint64_t fallback)
{
    char path[PATH_MAX];
    char text[64];
    int len = snprintf(path, sizeof path, "%s/%s", folder, name);
    if (len < 0 || (size_t)len >= sizeof path || !cgroup_file(path, text, sizeof text))
        return fallback;
    char *end;
    uint64_t number = strtoull(text, &end, 10);
    uint64_t no_limit_v1 = (uint64_t)LONG_MAX & ~((uint64_t)sysconf(_SC_PAGESIZE) - 1);
    return end == text || number >= no_limit_v1 ? fallback : number;
}

static void cgroup_take(const char *folder, const struct version *version, struct mh_cgroup_memory *out)
{
    uint64_t hard = cgroup_number(folder, version->hard, MH_CGROUP_NO_LIMIT);
    uint64_t soft = cgroup_number(folder, version->soft, MH_CGROUP_NO_LIMIT);
    uint64_t limit = hard < soft ? hard : soft;
    if (limit == MH_CGROUP_NO_LIMIT)
        return;
    /* More may be in use than is allowed, for a moment. */
    uint64_t used = cgroup_number(folder, version->used, 0);
    uint64_t left = used < limit ? limit - used : 0;
    if (limit < out->limit_bytes)
        out->limit_bytes = limit;
    if (left < out->left_bytes)
        out->left_bytes = left;
}

/* "memory" among controllers that commas part. */
static bool cgroup_names_memory(const char *controllers, const char *end)
{
    static const char name[] = "memory";
    const size_t len = sizeof name - 1;
    while (controllers < end) {
        const char *comma = memchr(controllers, ',', (size_t)(end - controllers));
        const char *stop = comma ? comma : end;
        if ((size_t)(stop - controllers) == len && memcmp(controllers, name, len) == 0)
            return true;
        controllers = stop + 1;
    }
    return false;
}

/*
 * The group that accounts for memory: of version 1 if that has the controller, else of version 2. Lines are
 * "id:controllers:/path", with id 0 and no controllers for version 2. Cuts `list` up; returns the path in it.
 */
static char *cgroup_find(char *list, const struct version **version)
{
    char *unified = NULL;
    char *rest = NULL;
    for (char *line = strtok_r(list, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        char *controllers = strchr(line, ':');
        char *path = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!path)
            continue;
        if (cgroup_names_memory(controllers + 1, path)) {
            *version = &version_1;
            return path + 1;
        }
        if (path == controllers + 1 && controllers == line + 1 && line[0] == '0')
            unified = path + 1;
    }
    *version = &version_2;
    return unified;
}

void mh_cgroup_memory_read(const char *root, struct mh_cgroup_memory *out)
{
    *out = (struct mh_cgroup_memory){MH_CGROUP_NO_LIMIT, MH_CGROUP_NO_LIMIT};
    char list[CGROUP_LIST_BYTES];
    char folder[PATH_MAX];
    snprintf(folder, sizeof folder, "%s/proc/self/cgroup", root);
    if (!cgroup_file(folder, list, sizeof list))
        return;
    const struct version *version;
    const char *path = cgroup_find(list, &version);
    if (!path)
        return;
    int len = snprintf(folder, sizeof folder, "%s%s%s", root, version->mount, path);
    if (len < 0 || (size_t)len >= sizeof folder)
        return;
    /* In a container the path may be the host's, and lead nowhere here: the mount is then the group itself.
     */
    const size_t mount_bytes = strlen(root) + strlen(version->mount);
    for (;;) {
        cgroup_take(folder, version, out);
        char *slash = strrchr(folder + mount_bytes, '/');
        if (!slash)
            return;
        *slash = '\0';
    }
}
