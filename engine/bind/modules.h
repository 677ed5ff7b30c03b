/*
 * bind/modules.h - moonherd's Lua files as bytecode, and how `require` finds them.
 */
#ifndef MH_BIND_MODULES_H
#define MH_BIND_MODULES_H

#include "bind/state.h"

struct mh_lua_module {
    const char *name; /* as required: "moonherd.cluster.primary"; NULL ends the table */
    const unsigned char *code;
    unsigned size;
};

/* Generated at build time from lua/moonherd; in the program only, not in the C module. */
extern const struct mh_lua_module mh_lua_modules[];

/*
 * Let `require` find the modules in the table, after package.preload and before package.path; or, with dir,
 * their sources in that folder. Either may be NULL. May raise.
 */
void mh_modules_install(lua_State *L, const struct mh_lua_module *modules, const char *dir);

#endif
