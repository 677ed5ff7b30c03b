#include "ipc/payload.h"

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/*
 * Tags of the encoding, as documented in LuaJIT's ext_buffer page. Left out: light userdata (0x04, 0x05), as
 * an address means nothing in another process, and LuaJIT keeps 254 ranges of addresses at most, for ever: a
 * peer that names more takes light userdata from the whole state; and indexes of a dictionary, as there is
 * none.
 */
enum {
    TAG_NIL = 0x00,
    TAG_NULL = 0x03, /* the last one without content */
    TAG_INT = 0x06,
    TAG_NUM = 0x07,
    TAG_TAB = 0x08, /* +1 with hash part; +2 with array part from 0, +4 from 1 */
    TAG_TAB_LAST = 0x0d,
    TAG_INT64 = 0x10,
    TAG_UINT64 = 0x11,
    TAG_COMPLEX = 0x12,
    TAG_STR = 0x20 /* + length */
};

struct walk {
    const unsigned char *at;
    const unsigned char *end;
};

static size_t walk_left(const struct walk *w)
{
    return (size_t)(w->end - w->at);
}

static bool walk_skip(struct walk *w, size_t len)
{
    if (len > walk_left(w))
        return false;
    w->at += len;
    return true;
}

#define LONG_FROM 0xe0 /* first byte of an unsigned that is longer than that byte */

/* An unsigned of 1, 2 or 5 bytes. */
static bool walk_u124(struct walk *w, uint32_t *out)
{
    if (walk_left(w) < 1)
        return false;
    uint32_t first = *w->at++;
    if (first < LONG_FROM) {
        *out = first;
        return true;
    }
    if (first < 0xff) {
        if (walk_left(w) < 1)
            return false;
        *out = ((first & 0x1fu) << 8) + *w->at++ + LONG_FROM;
        return true;
    }
    if (walk_left(w) < 4)
        return false;
    memcpy(out, w->at, 4);
    w->at += 4;
    return true;
}

/* depth: how many levels of tables may still begin. */
static bool walk_value(struct walk *w, unsigned depth, bool key);

/* walk_value, with short strings and numbers, which are nearly everything there is, in the open. */
static inline bool walk_item(struct walk *w, unsigned depth, bool key)
{
    if (w->at == w->end)
        return false;
    uint32_t tag = *w->at;
    if (tag >= TAG_STR && tag < LONG_FROM)
        return walk_skip(w, 1 + (tag - TAG_STR));
    if (tag == TAG_INT)
        return walk_skip(w, 1 + 4);
    if (tag == TAG_NUM && !key)
        return walk_skip(w, 1 + 8);
    return walk_value(w, depth, key);
}

static bool walk_table(struct walk *w, uint32_t tag, unsigned depth)
{
    uint32_t array = 0;
    uint32_t hash = 0;
    if (depth == 0)
        return false;
    if (tag >= TAG_TAB + 2 && !walk_u124(w, &array))
        return false;
    if ((tag & 1) && !walk_u124(w, &hash))
        return false;
    if (tag >= TAG_TAB + 4 && array > 0)
        array--; /* slot 0 is counted and not sent */
    /* Each element is a byte at least, each pair two: what cannot be there is refused before a byte of it is
     * read. */
    if (array > walk_left(w) || hash > walk_left(w) / 2)
        return false;
    for (uint32_t i = 0; i < array; i++) {
        if (!walk_item(w, depth - 1, false))
            return false;
    }
    for (uint32_t i = 0; i < hash; i++) {
        if (!walk_item(w, depth - 1, true) || !walk_item(w, depth - 1, false))
            return false;
    }
    return true;
}

/* Neither nil nor NaN can be a key: decode would raise. */
static bool walk_key(const struct walk *w, uint32_t tag)
{
    if (tag == TAG_NIL)
        return false;
    if (tag == TAG_NUM && walk_left(w) >= sizeof(double)) {
        double number;
        memcpy(&number, w->at, sizeof number);
        return number == number;
    }
    return true;
}

static bool walk_value(struct walk *w, unsigned depth, bool key)
{
    uint32_t tag;
    if (!walk_u124(w, &tag))
        return false;
    if (key && !walk_key(w, tag))
        return false;
    if (tag >= TAG_STR)
        return walk_skip(w, tag - TAG_STR);
    if (tag >= TAG_TAB && tag <= TAG_TAB_LAST)
        return walk_table(w, tag, depth);
    switch (tag) {
    case TAG_INT:
        return walk_skip(w, 4);
    case TAG_NUM:
    case TAG_INT64:
    case TAG_UINT64:
        return walk_skip(w, 8);
    case TAG_COMPLEX:
        return walk_skip(w, 16);
    default:
        return tag <= TAG_NULL;
    }
}

int mh_payload_check(const void *bytes, size_t len)
{
    if (len == 0)
        return MH_EPAYLOAD;
    struct walk w = {bytes, (const unsigned char *)bytes + len};
    if (!walk_value(&w, MH_PAYLOAD_DEPTH, false) || w.at != w.end)
        return MH_EPAYLOAD;
    return 0;
}
