/*
 * bind/l_terminal.c - terminals: their size, and whether they hand over keys or lines. For
 * lua/moonherd/process/stdin.lua and stdio.lua.
 */
#include "bind/args.h"
#include "bind/core.h"
#include "bind/fail.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static int terminal_fd(lua_State *L)
{
    return (int)mh_arg_integer(L, 1, "fd", 0, INT_MAX);
}

/* core.isatty(fd) -> boolean */
static int l_terminal_is(lua_State *L)
{
    lua_pushboolean(L, isatty(terminal_fd(L)));
    return 1;
}

/* core.terminalSize(fd) -> columns, rows | nil, message, code, errno */
static int l_terminal_size(lua_State *L)
{
    struct winsize size;
    if (ioctl(terminal_fd(L), TIOCGWINSZ, &size) < 0)
        return mh_fail(L, -errno);
    lua_pushinteger(L, size.ws_col);
    lua_pushinteger(L, size.ws_row);
    return 2;
}

/*
 * core.rawTerminal(fd) -> what core.setTerminal takes to undo it | nil, message, code, errno: every key comes
 * at once, none is shown, and Ctrl-C is a key like others. What is written is treated as before.
 */
static int l_terminal_raw(lua_State *L)
{
    int fd = terminal_fd(L);
    struct termios before;
    if (tcgetattr(fd, &before) < 0)
        return mh_fail(L, -errno);
    struct termios raw = before;
    raw.c_iflag &= ~(tcflag_t)(BRKINT | ICRNL | INPCK | ISTRIP | IXON);
    raw.c_oflag |= ONLCR;
    raw.c_cflag |= CS8;
    raw.c_lflag &= ~(tcflag_t)(ECHO | ICANON | IEXTEN | ISIG);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    if (tcsetattr(fd, TCSADRAIN, &raw) < 0)
        return mh_fail(L, -errno);
    lua_pushlstring(L, (const char *)&before, sizeof before);
    return 1;
}

/* core.setTerminal(fd, before) -> true | nil, message, code, errno */
static int l_terminal_set(lua_State *L)
{
    int fd = terminal_fd(L);
    size_t len;
    const char *bytes = luaL_checklstring(L, 2, &len);
    struct termios before;
    luaL_argcheck(L, len == sizeof before, 2, "what rawTerminal returned");
    memcpy(&before, bytes, sizeof before);
    return mh_result(L, tcsetattr(fd, TCSADRAIN, &before) < 0 ? -errno : 0);
}

void mh_l_terminal_open(lua_State *L, struct mh_state *st)
{
    static const luaL_Reg functions[] = {{"isatty", l_terminal_is},
                                         {"terminalSize", l_terminal_size},
                                         {"rawTerminal", l_terminal_raw},
                                         {"setTerminal", l_terminal_set},
                                         {NULL, NULL}};
    mh_state_register(L, st, functions);
}
