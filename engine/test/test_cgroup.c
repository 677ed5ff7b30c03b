/*
 * test_cgroup - proc/cgroup: memory limits of both versions, from files laid out as the kernel has them.
 */
#include "proc/cgroup.h"
#include "test.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MIB         (1024ull * 1024)
#define NO_LIMIT_V1 "9223372036854771712\n"

static char root[PATH_MAX];

/* Makes a file below the root, and the folders that lead to it. */
static void put(const char *name, const char *text)
{
    char path[PATH_MAX * 2];
    snprintf(path, sizeof path, "%s%s", root, name);
    for (char *slash = strchr(path + strlen(root) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
    FILE *file = fopen(path, "w");
    CHECK(file != NULL);
    CHECK(fputs(text, file) >= 0);
    CHECK_EQ(fclose(file), 0);
}

static void root_make(void)
{
    snprintf(root, sizeof root, "/tmp/moonherd-cgroup-XXXXXX");
    CHECK(mkdtemp(root) != NULL);
}

static void root_remove(void)
{
    char command[PATH_MAX + 16];
    snprintf(command, sizeof command, "rm -rf '%s'", root);
    CHECK_EQ(system(command), 0); /* NOLINT(cert-env33-c): a folder of our own */
}

static void check_read(uint64_t limit, uint64_t left)
{
    struct mh_cgroup_memory memory;
    mh_cgroup_memory_read(root, &memory);
    CHECK_EQ(memory.limit_bytes, limit);
    CHECK_EQ(memory.left_bytes, left);
}

static void nothing_to_read(void)
{
    root_make();
    check_read(MH_CGROUP_NO_LIMIT, MH_CGROUP_NO_LIMIT);
    put("/proc/self/cgroup", "not what the kernel writes\n1:\n::\n");
    check_read(MH_CGROUP_NO_LIMIT, MH_CGROUP_NO_LIMIT);
    put("/proc/self/cgroup", "0::/gone\n");
    check_read(MH_CGROUP_NO_LIMIT, MH_CGROUP_NO_LIMIT);
    root_remove();
}

static void version_2(void)
{
    root_make();
    put("/proc/self/cgroup", "0::/app.slice/one.service\n");
    put("/sys/fs/cgroup/app.slice/one.service/memory.max", "max\n");
    put("/sys/fs/cgroup/app.slice/one.service/memory.high", "max\n");
    put("/sys/fs/cgroup/app.slice/one.service/memory.current", "1048576\n");
    check_read(MH_CGROUP_NO_LIMIT, MH_CGROUP_NO_LIMIT);
    put("/sys/fs/cgroup/app.slice/one.service/memory.max", "104857600\n");
    check_read(100 * MIB, 99 * MIB);
    /* The soft limit is met first. */
    put("/sys/fs/cgroup/app.slice/one.service/memory.high", "52428800\n");
    check_read(50 * MIB, 49 * MIB);
    /* A parent allows less, and its other children use most of a larger limit. */
    put("/sys/fs/cgroup/app.slice/memory.max", "62914560\n");
    put("/sys/fs/cgroup/app.slice/memory.current", "57671680\n");
    check_read(50 * MIB, 5 * MIB);
    put("/sys/fs/cgroup/app.slice/memory.max", "20971520\n");
    check_read(20 * MIB, 0);
    root_remove();
}

static void version_1(void)
{
    root_make();
    /* Both versions at once, as with systemd's hybrid layout: memory is version 1's. */
    put("/proc/self/cgroup", "9:name=systemd:/\n5:memory_recursive:/no\n4:cpu,memory:/docker/abc\n0::/\n");
    put("/sys/fs/cgroup/memory.max", "1048576\n");
    put("/sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes", NO_LIMIT_V1);
    put("/sys/fs/cgroup/memory/docker/abc/memory.soft_limit_in_bytes", NO_LIMIT_V1);
    put("/sys/fs/cgroup/memory/docker/abc/memory.usage_in_bytes", "3145728\n");
    check_read(MH_CGROUP_NO_LIMIT, MH_CGROUP_NO_LIMIT);
    put("/sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes", "8388608\n");
    check_read(8 * MIB, 5 * MIB);
    root_remove();
}

/* The path is the host's; the mount shows the container's own group. */
static void version_1_in_a_container(void)
{
    root_make();
    put("/proc/self/cgroup", "4:memory:/docker/abc\n");
    put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "8388608\n");
    put("/sys/fs/cgroup/memory/memory.usage_in_bytes", "9437184\n");
    check_read(8 * MIB, 0);
    root_remove();
}

/* A path too long for anything to be there. */
static void long_path(void)
{
    root_make();
    char *list = malloc(8000);
    CHECK(list != NULL);
    memset(list, 'x', 8000);
    memcpy(list, "0::/", 4);
    list[7999] = '\0';
    put("/proc/self/cgroup", list);
    free(list);
    check_read(MH_CGROUP_NO_LIMIT, MH_CGROUP_NO_LIMIT);
    root_remove();
}

int main(void)
{
    RUN(nothing_to_read);
    RUN(version_2);
    RUN(version_1);
    RUN(version_1_in_a_container);
    RUN(long_path);
    return 0;
}
