/*
 * base/log.h - levelled lines to a sink that the host supplies.
 *
 * The library never prints: without a sink, lines are dropped.
 */
#ifndef MH_BASE_LOG_H
#define MH_BASE_LOG_H

enum mh_log_level { MH_LOG_ERROR, MH_LOG_WARN, MH_LOG_INFO, MH_LOG_DEBUG };

/* line has no newline at its end and lives only during the call. */
typedef void (*mh_log_fn)(void *userdata, enum mh_log_level level, const char *line);

struct mh_log {
    mh_log_fn fn; /* NULL drops */
    void *userdata;
    enum mh_log_level level; /* the most talkative level that still passes */
};

/* Lines are cut at 1,000 bytes. */
void mh_log(const struct mh_log *log, enum mh_log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
