/*
 * main.c - the `moonherd` program: argv, environment, stdio, exit code.
 *
 * The one file that may exit, print, and touch what belongs to the process.
 */
#include "bind/modules.h"
#include "bind/versions.h"
#include "include/moonherd.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <uv.h>

#define EXIT_BAD_OPTION 9      /* as Node's */
#define ORPHAN_GRACE_US 500000 /* from the master's death to a hung worker's */

static const char help[] =
    "Usage: moonherd [OPTION] FILE [ARGUMENT...]\n"
    "\n"
    "Runs a Lua script, then its event loop until nothing is left to do.\n"
    "\n"
    "  FILE             the script; - reads it from standard input\n"
    "  -e, --eval CODE  run CODE instead of a file\n"
    "  -v, --version    print the version\n"
    "  -h, --help       print this page\n"
    "\n"
    "Environment:\n"
    "  MOONHERD_LUA=DIR  read moonherd's own Lua files from DIR instead of from the program\n"
    "\n"
    "Exit codes: 0 done, 1 uncaught error or a script that cannot be read, 7 the handler of an\n"
    "uncaught error failed, 9 wrong option; else what process.exit was given.\n";

struct command {
    const char *kind; /* "file", "code", "stdin"; NULL: nothing to run, leave with code */
    const char *what;
    int code;
};

static struct command usage(const char *complaint, const char *word)
{
    fprintf(stderr, "moonherd: %s%s; moonherd --help tells what there is\n", complaint, word);
    return (struct command){NULL, NULL, EXIT_BAD_OPTION};
}

/* moonherd 0.1.0 (luajit 2.1.0-beta3, uv 1.44.2, ...) */
static void print_versions(void)
{
    struct mh_version versions[MH_VERSIONS];
    mh_versions(versions);
    printf("%s %s (", versions[0].name, versions[0].text);
    for (int i = 1; i < MH_VERSIONS; i++)
        printf("%s%s %s", i > 1 ? ", " : "", versions[i].name, versions[i].text);
    puts(")");
}

/* *first becomes the index of the script's own name, or of its first argument where the script has none. */
static struct command parse(int argc, char **argv, int *first)
{
    int i = 1;
    /*
     * A Node parent puts its own flags before the script; there is no telling them from typing mistakes
     * except that a parent with a channel did not mistype.
     */
    bool node_parent = getenv("NODE_CHANNEL_FD") != NULL;
    for (; i < argc && argv[i][0] == '-' && argv[i][1] != '\0'; i++) {
        const char *option = argv[i];
        if (!strcmp(option, "--")) {
            i++;
            break;
        }
        if (!strcmp(option, "-h") || !strcmp(option, "--help")) {
            fputs(help, stdout);
            return (struct command){NULL, NULL, 0};
        }
        if (!strcmp(option, "-v") || !strcmp(option, "--version")) {
            print_versions();
            return (struct command){NULL, NULL, 0};
        }
        if (!strcmp(option, "-e") || !strcmp(option, "--eval")) {
            if (i + 1 >= argc)
                return usage("no code after ", option);
            *first = i + 2;
            return (struct command){"code", argv[i + 1], 0};
        }
        if (!node_parent)
            return usage("unknown option ", option);
    }
    *first = i;
    if (i >= argc) {
        if (!isatty(0)) /* as node: a script piped in needs no dash */
            return (struct command){"stdin", "-", 0};
        return usage("no script given", "");
    }
    if (!strcmp(argv[i], "-"))
        return (struct command){"stdin", "-", 0};
    return (struct command){"file", argv[i], 0};
}

/* A closed standard stream would let the next open socket take its number, and prints would go to a client.
 */
static void fill_stdio(void)
{
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
            abort();
    }
}

static void on_exit_asked(void *userdata, int code)
{
    (void)userdata;
    fflush(NULL);
    exit(code);
}

static void on_fatal(void *userdata, const char *message, int code)
{
    (void)userdata;
    fprintf(stderr, "moonherd: %s\n", message);
    exit(code);
}

static void on_log(void *userdata, enum mh_level level, const char *line)
{
    (void)userdata;
    if (level <= MH_LEVEL_WARN)
        fprintf(stderr, "moonherd: %s\n", line);
}

/*
 * A worker whose master is gone sees the end of its channel, unless it loops or is stopped. So the kernel is
 * asked for a signal when the parent dies: SIGCONT, which also wakes a stopped process. It comes too when
 * only the *thread* that forked us ends; the handler looks whether the parent is another now, and if so gives
 * the loop half a second to leave in order, after which SIGALRM ends the process.
 */
static volatile pid_t parent_pid;
static void (*volatile displaced_sigcont)(int); /* of a script that listens to SIGCONT, too */

static void on_sigcont(int signum)
{
    if (displaced_sigcont)
        displaced_sigcont(signum);
    if (getppid() == parent_pid)
        return;
    struct sigaction fatal = {.sa_handler = SIG_DFL};
    sigaction(SIGALRM, &fatal, NULL);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGALRM);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    struct itimerval grace = {.it_value = {.tv_usec = ORPHAN_GRACE_US}};
    setitimer(ITIMER_REAL, &grace, NULL);
}

static void on_follow_parent(void *userdata, int fd)
{
    (void)userdata;
    /*
     * A parent that is not the master: a wrapper (strace, sudo, a shell), whose death is then what we hear
     * of, or whoever takes in orphans. The channel tells, if it is asked second: a master that dies hangs up
     * before its children get another parent.
     */
    pid_t parent = getppid();
    struct ucred master = {.pid = 0};
    socklen_t len = sizeof master;
    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &master, &len);
    struct pollfd channel = {.fd = fd};
    bool orphan = parent != master.pid && poll(&channel, 1, 0) == 1 && (channel.revents & POLLHUP);
    parent_pid = orphan ? -1 : parent;
    struct sigaction action = {.sa_handler = on_sigcont, .sa_flags = SA_RESTART};
    struct sigaction before;
    sigfillset(&action.sa_mask);
    sigaction(SIGCONT, &action, &before);
    if (before.sa_handler != on_sigcont)
        displaced_sigcont =
            before.sa_handler == SIG_DFL || before.sa_handler == SIG_IGN ? NULL : before.sa_handler;
    prctl(PR_SET_PDEATHSIG, SIGCONT);
    if (getppid() != parent_pid)
        raise(SIGCONT); /* it was gone before we asked */
}

int main(int argc, char **argv)
{
    int first = argc;
    struct command command = parse(argc, argv, &first);
    if (!command.kind)
        return command.code;

    fill_stdio();
    signal(SIGPIPE, SIG_IGN);
    /* What print writes is seen at once and in order with console.log, also by a log that is read through a
     * pipe. */
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
    argv = uv_setup_args(argc, argv); /* for process.title */

    /* process.argv: the program, then the script's name and its arguments; the runtime's options are not in
     * it. */
    argv[first - 1] = argv[0];
    struct mh_options options;
    mh_options_init(&options);
    options.argc = argc - first + 1;
    options.argv = argv + first - 1;
    options.exit = on_exit_asked;
    options.fatal = on_fatal;
    options.log = on_log;
    options.follow_parent = on_follow_parent;
    options.modules = mh_lua_modules;
    options.lua_dir = getenv("MOONHERD_LUA");

    struct mh_engine *engine;
    int rc = mh_engine_open(&options, &engine);
    if (rc < 0) {
        fprintf(stderr, "moonherd: cannot start: %s\n", mh_error_text(rc));
        return 1;
    }
    mh_engine_start(engine, command.kind, command.what);
    int code = mh_engine_run(engine);
    mh_engine_close(engine);
    return code & 0xff;
}
