/*
 * bind/versions.h - what the program is made of, by name and version.
 */
#ifndef MH_BIND_VERSIONS_H
#define MH_BIND_VERSIONS_H

#include <stdbool.h>

#define MH_VERSIONS 5

struct mh_version {
    const char *name; /* "moonherd", "luajit", "uv", "llhttp", "jansson" */
    const char *text; /* "1.44.2"; static storage */
};

void mh_versions(struct mh_version out[MH_VERSIONS]);

/* How the program was built. */
struct mh_build {
    const char *compiler;
    bool optimised;
    bool assertions;
    bool fault_points;
};

extern const struct mh_build mh_build;

#endif
