#include "proc/identity.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#define RECORD_BYTES     1024 /* of an entry; a group with many members needs more */
#define RECORD_MAX_BYTES (1u << 20)

unsigned mh_identity_get(enum mh_identity which)
{
    switch (which) {
    case MH_IDENTITY_UID:
        return getuid();
    case MH_IDENTITY_EUID:
        return geteuid();
    case MH_IDENTITY_GID:
        return getgid();
    case MH_IDENTITY_EGID:
        break;
    }
    return getegid();
}

int mh_identity_set(enum mh_identity which, unsigned id)
{
    int rc = -1;
    switch (which) {
    case MH_IDENTITY_UID:
        rc = setuid(id);
        break;
    case MH_IDENTITY_EUID:
        rc = seteuid(id);
        break;
    case MH_IDENTITY_GID:
        rc = setgid(id);
        break;
    case MH_IDENTITY_EGID:
        rc = setegid(id);
        break;
    }
    return rc == 0 ? 0 : -errno;
}

/* One look-up with memory for the entry's texts. Returns 0, a positive errno, or -1 when there is no entry.
 */
typedef int (*identity_ask)(void *question, char *memory, size_t size);

/* Asks with more memory as long as there is too little. */
static int identity_look_up(struct mh_alloc *alloc, identity_ask ask, void *question)
{
    for (size_t size = RECORD_BYTES; size <= RECORD_MAX_BYTES; size *= 4) {
        char *memory = mh_malloc(alloc, size);
        if (!memory)
            return -ENOMEM;
        int rc = ask(question, memory, size);
        mh_free(alloc, memory);
        if (rc != ERANGE)
            return rc < 0 ? -ENOENT : -rc;
    }
    return -ERANGE;
}

struct user_by_name {
    const char *name;
    uid_t uid; /* the answer */
};

static int ask_user(void *question, char *memory, size_t size)
{
    struct user_by_name *q = question;
    struct passwd entry;
    struct passwd *found;
    int rc = getpwnam_r(q->name, &entry, memory, size, &found);
    if (rc == 0 && found)
        q->uid = found->pw_uid;
    return rc == 0 && !found ? -1 : rc;
}

int mh_identity_user(struct mh_alloc *alloc, const char *name, uid_t *out)
{
    struct user_by_name question = {name, 0};
    int rc = identity_look_up(alloc, ask_user, &question);
    *out = question.uid;
    return rc;
}

struct group_by_name {
    const char *name;
    gid_t gid; /* the answer */
};

static int ask_group(void *question, char *memory, size_t size)
{
    struct group_by_name *q = question;
    struct group entry;
    struct group *found;
    int rc = getgrnam_r(q->name, &entry, memory, size, &found);
    if (rc == 0 && found)
        q->gid = found->gr_gid;
    return rc == 0 && !found ? -1 : rc;
}

int mh_identity_group(struct mh_alloc *alloc, const char *name, gid_t *out)
{
    struct group_by_name question = {name, 0};
    int rc = identity_look_up(alloc, ask_group, &question);
    *out = question.gid;
    return rc;
}

struct name_of_user {
    uid_t uid;
    char name[MH_IDENTITY_NAME_BYTES]; /* the answer */
    bool fits;
};

static int ask_name(void *question, char *memory, size_t size)
{
    struct name_of_user *q = question;
    struct passwd entry;
    struct passwd *found;
    int rc = getpwuid_r(q->uid, &entry, memory, size, &found);
    if (rc != 0 || !found)
        return rc == 0 ? -1 : rc;
    size_t len = strlen(found->pw_name);
    q->fits = len < sizeof q->name;
    if (q->fits)
        memcpy(q->name, found->pw_name, len + 1);
    return 0;
}

int mh_identity_user_name(struct mh_alloc *alloc, uid_t uid, char name[MH_IDENTITY_NAME_BYTES])
{
    struct name_of_user question = {.uid = uid, .fits = true};
    int rc = identity_look_up(alloc, ask_name, &question);
    memcpy(name, question.name, sizeof question.name);
    return rc == 0 && !question.fits ? -ERANGE : rc;
}
