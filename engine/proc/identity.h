/*
 * proc/identity.h - users and groups by name, and what this process runs as.
 *
 * Setting an id holds for all threads of the process, as the C library sees to. Names come from wherever the
 * system has them (nsswitch.conf), so that a look-up may take its time: for start-up, not for a hot path.
 */
#ifndef MH_PROC_IDENTITY_H
#define MH_PROC_IDENTITY_H

#include "base/alloc.h"

#include <stddef.h>
#include <sys/types.h>

#define MH_IDENTITY_NAME_BYTES 256

/* Which of the ids. */
enum mh_identity {
    MH_IDENTITY_UID,
    MH_IDENTITY_EUID,
    MH_IDENTITY_GID,
    MH_IDENTITY_EGID,
};

unsigned mh_identity_get(enum mh_identity which);

/* Returns 0 or a negative errno. */
int mh_identity_set(enum mh_identity which, unsigned id);

/* The number of a user or a group; -ENOENT for a name that there is not, other errno. */
int mh_identity_user(struct mh_alloc *alloc, const char *name, uid_t *out);
int mh_identity_group(struct mh_alloc *alloc, const char *name, gid_t *out);

/* A user's name. -ENOENT for nobody's number, -ERANGE when it does not fit, other errno. */
int mh_identity_user_name(struct mh_alloc *alloc, uid_t uid, char name[MH_IDENTITY_NAME_BYTES]);

#endif
