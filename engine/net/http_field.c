#include "net/http_field.h"

#include <stdint.h>
#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

bool mh_http_next_field(const char **at, const char *end, struct mh_http_field *field)
{
    const char *line = *at;
    if (line >= end)
        return false;
    const char *stop = memchr(line, '\n', (size_t)(end - line));
    const char *colon = stop ? memchr(line, ':', (size_t)(stop - line)) : NULL;
    if (!colon)
        return false;
    const char *value = colon + 1;
    const char *tail = stop[-1] == '\r' ? stop - 1 : stop;
    while (value < tail && is_blank(*value))
        value++;
    while (tail > value && is_blank(tail[-1]))
        tail--;
    *field = (struct mh_http_field){line, (size_t)(colon - line), value, (size_t)(tail - value)};
    *at = stop + 1;
    return true;
}

static bool same_in_any_case(const char *text, const char *lower, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c | 0x20);
        if (c != lower[i])
            return false;
    }
    return true;
}

bool mh_http_name_is(const char *name, size_t len, const char *lower, size_t lower_len)
{
    return len == lower_len && same_in_any_case(name, lower, len);
}

bool mh_http_list_has(const char *list, size_t len, const char *lower, size_t lower_len)
{
    const char *at = list;
    const char *end = list + len;
    while (at < end) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        const char *stop = comma ? comma : end;
        while (at < stop && is_blank(*at))
            at++;
        const char *tail = stop;
        while (tail > at && is_blank(tail[-1]))
            tail--;
        if (mh_http_name_is(at, (size_t)(tail - at), lower, lower_len))
            return true;
        at = stop + 1;
    }
    return false;
}

/* The characters of a token (RFC 9110, 5.6.2), as bits. */
static bool is_token_char(unsigned char c)
{
    static const uint64_t bits[4] = {0x03ff6cfa00000000u, /* ! # $ % & ' * + - . 0-9 */
                                     0x57ffffffc7fffffeu, /* A-Z ^ _ ` a-z | ~ */
                                     0, 0};
    return (bits[c >> 6] >> (c & 63)) & 1;
}

bool mh_http_valid_name(const char *name, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (!is_token_char((unsigned char)name[i]))
            return false;
    }
    return len > 0;
}

bool mh_http_valid_value(const char *value, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)value[i];
        if ((c < ' ' && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}
