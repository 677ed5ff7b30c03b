/*
 * bind/l_resources.c - what the host process has used and may use, for lua/moonherd/process/resources.lua.
 */
#include "bind/core.h"
#include "bind/fail.h"
#include "proc/cgroup.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/resource.h>

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

/* core.memoryAllowed() -> bytes that control groups allow (2^64 without a limit), bytes still to be had,
 * bytes of the machine */
static int l_resources_memory(lua_State *L)
{
    struct mh_cgroup_memory memory;
    mh_cgroup_memory_read("", &memory);
    uint64_t left = uv_get_free_memory();
    if (memory.left_bytes < left)
        left = memory.left_bytes;
    lua_pushnumber(L, (lua_Number)memory.limit_bytes);
    lua_pushnumber(L, (lua_Number)left);
    lua_pushnumber(L, (lua_Number)uv_get_total_memory());
    return 3;
}

static void push_limit(lua_State *L, const char *name, rlim_t value)
{
    if (value == RLIM_INFINITY)
        lua_pushliteral(L, "unlimited");
    else
        lua_pushnumber(L, (lua_Number)value);
    lua_setfield(L, -2, name);
}

/* core.limits() -> { name = { soft =, hard = } }: what the system allows this process, named and counted as
 * in Node's reports: a number, or "unlimited" */
static int l_resources_limits(lua_State *L)
{
    static const struct {
        const char *name;
        int resource;
        rlim_t unit;
    } limits[] = {
        {"core_file_size_blocks", RLIMIT_CORE, 512},    {"cpu_time_seconds", RLIMIT_CPU, 1},
        {"data_seg_size_kbytes", RLIMIT_DATA, 1024},    {"file_size_blocks", RLIMIT_FSIZE, 512},
        {"max_locked_memory_bytes", RLIMIT_MEMLOCK, 1}, {"max_memory_size_kbytes", RLIMIT_RSS, 1024},
        {"max_user_processes", RLIMIT_NPROC, 1},        {"open_files", RLIMIT_NOFILE, 1},
        {"stack_size_bytes", RLIMIT_STACK, 1},          {"virtual_memory_kbytes", RLIMIT_AS, 1024},
    };
    const size_t count = sizeof limits / sizeof limits[0];
    lua_createtable(L, 0, (int)count);
    for (size_t i = 0; i < count; i++) {
        struct rlimit limit;
        if (getrlimit(limits[i].resource, &limit) < 0)
            continue;
        rlim_t unit = limits[i].unit;
        lua_createtable(L, 0, 2);
        push_limit(L, "soft", limit.rlim_cur == RLIM_INFINITY ? RLIM_INFINITY : limit.rlim_cur / unit);
        push_limit(L, "hard", limit.rlim_max == RLIM_INFINITY ? RLIM_INFINITY : limit.rlim_max / unit);
        lua_setfield(L, -2, limits[i].name);
    }
    return 1;
}

static void push_text(lua_State *L, const char *name, const char *value)
{
    lua_pushstring(L, value);
    lua_setfield(L, -2, name);
}

static void push_interface(lua_State *L, const uv_interface_address_t *interface)
{
    char text[INET6_ADDRSTRLEN];
    const unsigned char *mac = (const unsigned char *)interface->phys_addr;
    lua_createtable(L, 0, 6);
    push_text(L, "name", interface->name);
    lua_pushboolean(L, interface->is_internal);
    lua_setfield(L, -2, "internal");
    char mac_text[18];
    snprintf(mac_text, sizeof mac_text, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3],
             mac[4], mac[5]);
    push_text(L, "mac", mac_text);
    bool v4 = interface->address.address4.sin_family == AF_INET;
    push_text(L, "family", v4 ? "IPv4" : "IPv6");
    uv_ip_name((const struct sockaddr *)&interface->address, text, sizeof text);
    push_text(L, "address", text);
    uv_ip_name((const struct sockaddr *)&interface->netmask, text, sizeof text);
    push_text(L, "netmask", text);
}

/* The list of them; arg is the array, whose number is on the stack. */
static int interfaces_push(lua_State *L)
{
    const uv_interface_address_t *interfaces = lua_touserdata(L, 1);
    int count = (int)lua_tointeger(L, 2);
    lua_createtable(L, count, 0);
    for (int i = 0; i < count; i++) {
        push_interface(L, &interfaces[i]);
        lua_rawseti(L, -2, i + 1);
    }
    return 1;
}

/* core.interfaces() -> list of { name, internal, mac, family, address, netmask } | nil, message, code, errno
 */
static int l_resources_interfaces(lua_State *L)
{
    uv_interface_address_t *interfaces;
    int count;
    int rc = uv_interface_addresses(&interfaces, &count);
    if (rc < 0)
        return mh_fail(L, rc);
    /* Memory may run out on the way, and the array is not Lua's. */
    lua_pushcfunction(L, interfaces_push);
    lua_pushlightuserdata(L, interfaces);
    lua_pushinteger(L, count);
    rc = lua_pcall(L, 2, 1, 0);
    uv_free_interface_addresses(interfaces, count);
    return rc == 0 ? 1 : lua_error(L);
}

void mh_l_resources_open(lua_State *L, struct mh_state *st)
{
    static const luaL_Reg functions[] = {{"resourceUsage", l_resources_usage},
                                         {"memoryAllowed", l_resources_memory},
                                         {"limits", l_resources_limits},
                                         {"interfaces", l_resources_interfaces},
                                         {NULL, NULL}};
    mh_state_register(L, st, functions);
}
