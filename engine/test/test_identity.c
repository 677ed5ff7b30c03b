/*
 * test_identity - proc/identity: look-ups by name and number, what there is not, and memory that runs out.
 */
#include "proc/identity.h"
#include "test.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static struct mh_alloc alloc;

static void names(void)
{
    uid_t uid = 1;
    gid_t gid = 1;
    CHECK_EQ(mh_identity_user(&alloc, "root", &uid), 0);
    CHECK_EQ(uid, 0);
    CHECK_EQ(mh_identity_group(&alloc, "root", &gid), 0);
    CHECK_EQ(gid, 0);
    char name[MH_IDENTITY_NAME_BYTES];
    CHECK_EQ(mh_identity_user_name(&alloc, 0, name), 0);
    CHECK_STR(name, "root");
    CHECK_EQ(alloc.live, 0);
}

static void unknown(void)
{
    uid_t uid;
    gid_t gid;
    char name[MH_IDENTITY_NAME_BYTES];
    static char endless[100000];
    memset(endless, 'x', sizeof endless - 1);
    CHECK_EQ(mh_identity_user(&alloc, "no such user", &uid), -ENOENT);
    CHECK_EQ(mh_identity_user(&alloc, "", &uid), -ENOENT);
    CHECK(mh_identity_user(&alloc, endless, &uid) < 0);
    CHECK_EQ(mh_identity_group(&alloc, "no such group", &gid), -ENOENT);
    CHECK_EQ(mh_identity_user_name(&alloc, 4000000000u, name), -ENOENT);
    CHECK_EQ(alloc.live, 0);
}

static void without_memory(void)
{
    uid_t uid;
    alloc.fail_in = 1;
    CHECK_EQ(mh_identity_user(&alloc, "root", &uid), -ENOMEM);
    CHECK_EQ(mh_identity_user(&alloc, "root", &uid), 0);
    CHECK_EQ(alloc.live, 0);
}

/* What one is already may always be set. */
static void ids(void)
{
    CHECK_EQ(mh_identity_get(MH_IDENTITY_UID), getuid());
    CHECK_EQ(mh_identity_get(MH_IDENTITY_EUID), geteuid());
    CHECK_EQ(mh_identity_get(MH_IDENTITY_GID), getgid());
    CHECK_EQ(mh_identity_get(MH_IDENTITY_EGID), getegid());
    CHECK_EQ(mh_identity_set(MH_IDENTITY_EUID, geteuid()), 0);
    CHECK_EQ(mh_identity_set(MH_IDENTITY_EGID, getegid()), 0);
    if (geteuid() == 0)
        return;
    CHECK_EQ(mh_identity_set(MH_IDENTITY_UID, 0), -EPERM);
    CHECK_EQ(mh_identity_set(MH_IDENTITY_GID, 0), -EPERM);
}

int main(void)
{
    mh_alloc_init(&alloc, NULL, NULL);
    RUN(names);
    RUN(unknown);
    RUN(without_memory);
    RUN(ids);
    return 0;
}
