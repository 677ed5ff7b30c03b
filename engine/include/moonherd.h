/*
 * moonherd.h - embed the moonherd engine: one Lua state, one event loop, a herd of worker processes.
 *
 *     struct mh_options options;
 *     struct mh_engine *engine;
 *     mh_options_init(&options);
 *     if (mh_engine_open(&options, &engine) < 0) ...
 *     mh_engine_start(engine, "file", "master.lua");
 *     while (mh_engine_step(engine, 1000) > 0) frame();
 *     code = mh_engine_run(engine);
 *     mh_engine_close(engine);
 *
 * The engine never exits the process, never prints, and leaves signal dispositions, working directory,
 * environment, process title and libuv's allocator alone, unless the script asks. Several engines may live in
 * one process, each used by one thread at a time. The host owes three things: SIGPIPE ignored, children of
 * the engine left for the engine to reap, and no fork(2) of its own that lives on without exec.
 */
#ifndef MOONHERD_H
#define MOONHERD_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MH_VERSION "0.1.0"
#define MH_API     __attribute__((visibility("default")))

struct lua_State;
struct uv_loop_s;
struct mh_engine;
struct mh_lua_module;

enum mh_level { MH_LEVEL_ERROR, MH_LEVEL_WARN, MH_LEVEL_INFO, MH_LEVEL_DEBUG };

/* Fill with mh_options_init, then change what differs. All pointers are borrowed until mh_engine_close. */
struct mh_options {
    size_t size; /* of this struct, as the host was compiled */

    struct uv_loop_s *loop; /* NULL: the engine makes its own */
    struct lua_State *lua;  /* NULL: the engine makes its own; a lent one must be closed after the engine */

    void *userdata; /* first argument of all hooks */
    /* As realloc and free in one (size 0 frees); NULL: libc. Does not serve Lua, libuv and jansson. */
    void *(*alloc)(void *userdata, void *block, size_t size);
    /* One line without newline; NULL drops. Called on the engine's thread. */
    void (*log)(void *userdata, enum mh_level level, const char *line);
    /* The script called process.exit(code). NULL, or when the hook returns: the loop stops, mh_engine_step
     * returns 0 and mh_engine_run the code. */
    void (*exit)(void *userdata, int code);
    /* The script cannot go on: an error that its handlers did not survive. NULL: the loop stops. */
    void (*fatal)(void *userdata, const char *message, int code);

    /* The engine is a worker, fd its channel, borrowed, which hangs up (POLLHUP) when the master is gone: end
     * this process soon after that. NULL: the host's affair. */
    void (*follow_parent)(void *userdata, int fd);

    int argc; /* for process.argv; the first is the program */
    char **argv;

    const struct mh_lua_module
        *modules;        /* bytecode of moonherd's Lua files; NULL: they are found by package.path */
    const char *lua_dir; /* read the Lua files from this folder instead; NULL: no */
};

MH_API void mh_options_init(struct mh_options *options);

/* Returns 0 or a negative code; on failure nothing is open. */
MH_API int mh_engine_open(const struct mh_options *options, struct mh_engine **out);

/*
 * Run the program's main module, `moonherd.boot`, with what to run: `kind` "file", "code" or "stdin", `what`
 * the path or the code. An error in the script has been reported when this returns. Returns 0 or a negative
 * code.
 */
MH_API int mh_engine_start(struct mh_engine *engine, const char *kind, const char *what);

/* Turn the loop until nothing is left, then tell the script (beforeExit, exit). Returns the exit code, at
 * once if the script has exited. */
MH_API int mh_engine_run(struct mh_engine *engine);

/*
 * For a host with a loop of its own: do what is due, without waiting, for about budget_us microseconds; one
 * long callback is not cut. Returns 1 while something is left to live for, else 0, also once the script has
 * exited: then mh_engine_run tells the script its end and has the exit code.
 */
MH_API int mh_engine_step(struct mh_engine *engine, uint64_t budget_us);

/* The descriptor to watch for readability, and how long to sleep at most: milliseconds, -1 for ever. Ask
 * again before every sleep. */
MH_API int mh_engine_poll_fd(const struct mh_engine *engine);
MH_API int mh_engine_poll_timeout(const struct mh_engine *engine);

/* Leave the loop after the running turn. From the engine's own thread. */
MH_API void mh_engine_stop(struct mh_engine *engine);

/* Close every handle, wait for their last callbacks, close what the engine owns. Not from inside a callback.
 */
MH_API void mh_engine_close(struct mh_engine *engine);

/* Blocks of the engine's allocator still alive, for leak tests. */
MH_API size_t mh_engine_live_blocks(const struct mh_engine *engine);

/* A short text for a negative code. */
MH_API const char *mh_error_text(int code);

#ifdef __cplusplus
}
#endif

#endif
