#include "bind/versions.h"

#include "include/moonherd.h"

#include <jansson.h>
#include <llhttp.h>
#include <luajit.h>
#include <string.h>
#include <uv.h>

#define TEXT(x)     TEXT_OF(x)
#define TEXT_OF(x)  #x
#define LLHTTP_TEXT TEXT(LLHTTP_VERSION_MAJOR) "." TEXT(LLHTTP_VERSION_MINOR) "." TEXT(LLHTTP_VERSION_PATCH)

/* "LuaJIT 2.1.0-beta3" without the first word */
static const char *versions_luajit(void)
{
    const char *space = strchr(LUAJIT_VERSION, ' ');
    return space ? space + 1 : LUAJIT_VERSION;
}

void mh_versions(struct mh_version out[MH_VERSIONS])
{
    out[0] = (struct mh_version){"moonherd", MH_VERSION};
    out[1] = (struct mh_version){"luajit", versions_luajit()};
    out[2] = (struct mh_version){"uv", uv_version_string()};
    out[3] = (struct mh_version){"llhttp", LLHTTP_TEXT};
    out[4] = (struct mh_version){"jansson", jansson_version_str()};
}

#ifdef __clang__
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

const struct mh_build mh_build = {
    .compiler = COMPILER,
#ifdef __OPTIMIZE__
    .optimised = true,
#endif
#ifndef NDEBUG
    .assertions = true,
#endif
#ifdef MH_FAULTS
    .fault_points = true,
#endif
};
