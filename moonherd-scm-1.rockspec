rockspec_format = "3.0"
package = "moonherd"
version = "scm-1"
source = {
    url = "git+https://github.com/moonherd/moonherd.git",
}
description = {
    summary = "A Lua-scriptable cluster engine: Node's cluster and child_process for LuaJIT, with a guardian",
    detailed = [[
Brings the Lua modules, the C module moonherd.core for a plain luajit, and the program moonherd, which workers
run in. Needs LuaJIT 2.1, libuv 1.44 or newer, jansson and llhttp with their headers (scripts/deps installs
them on Debian), and CMake.]],
    license = "MIT",
    labels = { "cluster", "multiprocess", "server", "http", "luajit" },
}
supported_platforms = { "linux" }
dependencies = { "lua == 5.1" }
build = {
    type = "cmake",
    variables = {
        CMAKE_BUILD_TYPE = "RelWithDebInfo",
        CMAKE_INSTALL_PREFIX = "$(PREFIX)",
        INSTALL_LMOD = "$(LUADIR)",
        INSTALL_CMOD = "$(LIBDIR)",
        MOONHERD_LTO = "ON",
        MOONHERD_BUILD_TESTS = "OFF",
        MOONHERD_INSTALL_LIBRARY = "OFF",
    },
}
test = {
    type = "command",
    command = "scripts/test",
}
