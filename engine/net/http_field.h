/*
 * net/http_field.h - header lines as they stand in a head: walked one by one, compared, checked.
 *
 *     struct mh_http_field f;
 *     while (mh_http_next_field(&at, end, &f))
 *         if (mh_http_name_is(f.name, f.name_len, "connection", 10))
 *             keep = mh_http_list_has(f.value, f.value_len, "keep-alive", 10);
 *
 * Owns and changes nothing; a field points into the bytes that it was read from.
 */
#ifndef MH_NET_HTTP_FIELD_H
#define MH_NET_HTTP_FIELD_H

#include <stdbool.h>
#include <stddef.h>

struct mh_http_field {
    const char *name;
    size_t name_len;
    const char *value; /* without white space around it */
    size_t value_len;
};

/*
 * Walk header or trailer lines as a parser tells them: *at advances past one line. False at the end, and at
 * bytes that are no line with a colon; *at is then where it was.
 */
bool mh_http_next_field(const char **at, const char *end, struct mh_http_field *field);

/* Whether a name is `lower`, which is written in lower case, whatever the name's case. */
bool mh_http_name_is(const char *name, size_t len, const char *lower, size_t lower_len);

/* Whether a list like "keep-alive, Upgrade" has the word, in any case. */
bool mh_http_list_has(const char *list, size_t len, const char *lower, size_t lower_len);

/* Whether the bytes may be a field's name, and a field's value, as Node sees them. */
bool mh_http_valid_name(const char *name, size_t len);
bool mh_http_valid_value(const char *value, size_t len);

#endif
