#include "proc/usage.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NS_PER_S 1000000000u
#define MS_PER_S 1000u

/* Reads a small file of the process whole, and ends it in a zero. Returns 0 or a negative errno. */
static int usage_file(pid_t pid, const char *name, char *text, size_t size)
{
    char path[64];
    if (pid == 0)
        snprintf(path, sizeof path, "/proc/self/%s", name);
    else
        snprintf(path, sizeof path, "/proc/%ld/%s", (long)pid, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? -ESRCH : -errno;
    ssize_t len = read(fd, text, size - 1);
    int rc = len < 0 ? -errno : 0; /* a process that ended meanwhile gives ESRCH */
    close(fd);
    text[len < 0 ? 0 : len] = '\0';
    return rc;
}

/* Reads up to max numbers with blanks between them; returns how many there were. */
static unsigned usage_numbers(const char *text, uint64_t *numbers, unsigned max)
{
    unsigned count = 0;
    while (count < max) {
        char *end;
        uint64_t number = strtoull(text, &end, 10);
        if (end == text)
            break;
        numbers[count++] = number;
        text = end;
    }
    return count;
}

/* Fields of proc(5)'s stat, numbered as there. */
enum stat_field {
    STAT_PPID = 4,
    STAT_UTIME = 14,
    STAT_STIME = 15,
    STAT_THREADS = 20,
    STAT_STARTTIME = 22,
    STAT_RSS = 24,
    STAT_FIELDS
};

static int usage_stat(pid_t pid, struct mh_usage *out)
{
    char text[1024];
    int rc = usage_file(pid, "stat", text, sizeof text);
    if (rc < 0)
        return rc;
    /* The second field, the name in parentheses, may itself hold blanks and parentheses. */
    const char *name_end = strrchr(text, ')');
    uint64_t field[STAT_FIELDS];
    if (!name_end || strlen(name_end) < 4 ||
        usage_numbers(name_end + 3, field + STAT_PPID, STAT_FIELDS - STAT_PPID) < STAT_FIELDS - STAT_PPID)
        return -EIO;
    uint64_t hz = (uint64_t)sysconf(_SC_CLK_TCK);
    out->state = name_end[2];
    out->ppid = (pid_t)field[STAT_PPID];
    out->threads = (unsigned)field[STAT_THREADS];
    out->user_ns = field[STAT_UTIME] * (NS_PER_S / hz);
    out->system_ns = field[STAT_STIME] * (NS_PER_S / hz);
    out->start_ms = field[STAT_STARTTIME] * MS_PER_S / hz;
    out->rss_bytes = field[STAT_RSS] * (uint64_t)sysconf(_SC_PAGESIZE);
    return 0;
}

static void usage_sched(pid_t pid, struct mh_usage *out)
{
    char text[128];
    uint64_t field[2];
    if (usage_file(pid, "schedstat", text, sizeof text) < 0 || usage_numbers(text, field, 2) < 2)
        return;
    out->has_sched = true;
    out->run_ns = field[0];
    out->wait_ns = field[1];
}

static int usage_fds(pid_t pid)
{
    char path[64];
    if (pid == 0)
        snprintf(path, sizeof path, "/proc/self/fd");
    else
        snprintf(path, sizeof path, "/proc/%ld/fd", (long)pid);
    /* Linux 6.2 and later tell the number in the folder's size. */
    struct stat st;
    if (stat(path, &st) == 0 && st.st_size > 0)
        return (int)st.st_size;
    DIR *dir = opendir(path);
    if (!dir)
        return -1;
    int count = 0;
    for (const struct dirent *entry; (entry = readdir(dir));)
        count += entry->d_name[0] != '.';
    closedir(dir);
    return pid == 0 || pid == getpid() ? count - 1 : count; /* not the folder's own */
}

int mh_usage_read(pid_t pid, bool count_fds, struct mh_usage *out)
{
    memset(out, 0, sizeof *out);
    out->fds = -1;
    int rc = usage_stat(pid, out);
    if (rc < 0)
        return rc;
    usage_sched(pid, out);
    if (count_fds)
        out->fds = usage_fds(pid);
    return 0;
}
