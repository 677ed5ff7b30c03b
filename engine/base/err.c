#include "base/err.h"

#include <stddef.h>
#include <string.h>

#define ERRNO_END 4096 /* the kernel returns no larger one */

struct err_row {
    int code;
    const char *name;
    const char *text;
};

static const struct err_row err_rows[] = {
#define ERR_ROW(name, value, code, text) {value, code, text},
    MH_ERRORS(ERR_ROW)
#undef ERR_ROW
};

static const struct err_row *err_find(int code)
{
    for (size_t i = 0; i < sizeof err_rows / sizeof err_rows[0]; i++) {
        if (err_rows[i].code == code)
            return &err_rows[i];
    }
    return NULL;
}

const char *mh_err_name(int code)
{
    const struct err_row *row = err_find(code);
    if (row)
        return row->name;
    const char *name = code < 0 && code > -ERRNO_END ? strerrorname_np(-code) : NULL;
    return name ? name : "EUNKNOWN";
}

const char *mh_strerror(int code)
{
    const struct err_row *row = err_find(code);
    if (row)
        return row->text;
    const char *text = code < 0 && code > -ERRNO_END ? strerrordesc_np(-code) : NULL;
    return text ? text : "unknown error";
}
