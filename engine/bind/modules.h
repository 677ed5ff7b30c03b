/*
 * The Lua files of lua/moonherd/ as they are carried inside the program: bytecode with line information.
 *
 * The table is generated at build time by scripts/embed.lua and linked into the program only. The library
 * never refers to it by name: main.c hands it over, and a plain luajit reads the files from its package.path.
 */
#ifndef MH_BIND_MODULES_H
#define MH_BIND_MODULES_H

struct mh_lua_module {
    const char *name;          /* as given to require: "moonherd.cluster.primary"; NULL ends the table */
    const unsigned char *code; /* for lua_load; its chunk name is "@moonherd/cluster/primary.lua" */
    unsigned size;             /* bytes of code */
};

/* Sorted by name, so that it may be searched by halves. */
extern const struct mh_lua_module mh_lua_modules[];

#endif
