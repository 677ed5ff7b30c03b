/*
 * bind/l_resources.c - what the host process has used and may use, for lua/moonherd/process/resources.lua.
 */
#include "bind/core.h"
#include "bind/fail.h"
#include "proc/cgroup.h"

#define US_PER_S 1e6

static lua_Number microseconds(const uv_timeval_t *time)
{
    return (lua_Number)time->tv_sec * US_PER_S + (lua_Number)time->tv_usec;
}

static void push_field(lua_State *L, const char *name, lua_Number value)
{
    lua_pushnumber(L, value);
    lua_setfield(L, -2, name);
}

/* core.resourceUsage() -> the sixteen fields of process.resourceUsage | nil, message, code, errno */
static int l_resources_usage(lua_State *L)
{
    uv_rusage_t usage;
    int rc = uv_getrusage(&usage);
    if (rc < 0)
        return mh_fail(L, rc);
    lua_createtable(L, 0, 16);
    push_field(L, "userCPUTime", microseconds(&usage.ru_utime));
    push_field(L, "systemCPUTime", microseconds(&usage.ru_stime));
    push_field(L, "maxRSS", (lua_Number)usage.ru_maxrss);
    push_field(L, "sharedMemorySize", (lua_Number)usage.ru_ixrss);
    push_field(L, "unsharedDataSize", (lua_Number)usage.ru_idrss);
    push_field(L, "unsharedStackSize", (lua_Number)usage.ru_isrss);
    push_field(L, "minorPageFault", (lua_Number)usage.ru_minflt);
    push_field(L, "majorPageFault", (lua_Number)usage.ru_majflt);
    push_field(L, "swappedOut", (lua_Number)usage.ru_nswap);
    push_field(L, "fsRead", (lua_Number)usage.ru_inblock);
    push_field(L, "fsWrite", (lua_Number)usage.ru_oublock);
    push_field(L, "ipcSent", (lua_Number)usage.ru_msgsnd);
    push_field(L, "ipcReceived", (lua_Number)usage.ru_msgrcv);
    push_field(L, "signalsCount", (lua_Number)usage.ru_nsignals);
    push_field(L, "voluntaryContextSwitches", (lua_Number)usage.ru_nvcsw);
    push_field(L, "involuntaryContextSwitches", (lua_Number)usage.ru_nivcsw);
    return 1;
}

/* core.memoryAllowed() -> bytes that control groups allow (2^64 without a limit), bytes still to be had */
static int l_resources_memory(lua_State *L)
{
    struct mh_cgroup_memory memory;
    mh_cgroup_memory_read("", &memory);
    uint64_t left = uv_get_free_memory();
    if (memory.left_bytes < left)
        left = memory.left_bytes;
    lua_pushnumber(L, (lua_Number)memory.limit_bytes);
    lua_pushnumber(L, (lua_Number)left);
    return 2;
}

void mh_l_resources_open(lua_State *L, struct mh_state *st)
{
    static const luaL_Reg functions[] = {
        {"resourceUsage", l_resources_usage}, {"memoryAllowed", l_resources_memory}, {NULL, NULL}};
    mh_state_register(L, st, functions);
}
