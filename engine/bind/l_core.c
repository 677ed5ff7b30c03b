#include "bind/core.h"

void mh_core_push(lua_State *L, struct mh_state *st)
{
    static void (*const parts[])(lua_State *, struct mh_state *) = {
#define CORE_PART(part) mh_l_##part##_open,
        MH_CORE_PARTS(CORE_PART)
#undef CORE_PART
    };
    lua_newtable(L);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        parts[i](L, st);
}
