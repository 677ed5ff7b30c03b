#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

#define LOG_LINE_BYTES 1000

void mh_log(const struct mh_log *log, enum mh_log_level level, const char *format, ...)
{
    if (!log->fn || level > log->level)
        return;
    char line[LOG_LINE_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    log->fn(log->userdata, level, line);
}
