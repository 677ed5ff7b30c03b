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

/*
 * Every walk_ function takes where it stands and where the bytes end, and returns where it has got to, or
 * NULL for bytes that are no such thing. So all of it stays in registers: each message is walked twice.
 */
typedef const unsigned char *walk;

static inline walk walk_skip(walk at, walk end, size_t len)
{
    return len <= (size_t)(end - at) ? at + len : NULL;
}

#define LONG_FROM 0xe0 /* first byte of an unsigned that is longer than that byte */

/* An unsigned of 1, 2 or 5 bytes. */
static inline walk walk_u124(walk at, walk end, uint32_t *out)
{
    if (at == end)
        return NULL;
    uint32_t first = *at++;
    if (first < LONG_FROM) {
        *out = first;
        return at;
    }
    if (first < 0xff) {
        if (at == end)
            return NULL;
        *out = ((first & 0x1fu) << 8) + *at + LONG_FROM;
        return at + 1;
    }
    if (end - at < 4)
        return NULL;
    memcpy(out, at, 4);
    return at + 4;
}

/* depth: how many levels of tables may still begin. */
static walk walk_value(walk at, walk end, unsigned depth, bool key);

/* walk_value, with short strings and numbers, which are nearly everything there is, in the open. */
static inline walk walk_item(walk at, walk end, unsigned depth, bool key)
{
    if (at == end)
        return NULL;
    uint32_t tag = *at;
    if (tag >= TAG_STR && tag < LONG_FROM)
        return walk_skip(at, end, 1 + (tag - TAG_STR));
    if (tag == TAG_INT)
        return walk_skip(at, end, 1 + 4);
    if (tag == TAG_NUM && !key)
        return walk_skip(at, end, 1 + 8);
    return walk_value(at, end, depth, key);
}

static walk walk_table(walk at, walk end, uint32_t tag, unsigned depth)
{
    uint32_t array = 0;
    uint32_t hash = 0;
    if (depth == 0)
        return NULL;
    if (tag >= TAG_TAB + 2 && !(at = walk_u124(at, end, &array)))
        return NULL;
    if ((tag & 1) && !(at = walk_u124(at, end, &hash)))
        return NULL;
    if (tag >= TAG_TAB + 4 && array > 0)
        array--; /* slot 0 is counted and not sent */
    /* Each element is a byte at least, each pair two: what cannot be there is refused before a byte of it is
     * read. */
    size_t left = (size_t)(end - at);
    if (array > left || hash > left / 2)
        return NULL;
    for (; array > 0; array--) {
        if (!(at = walk_item(at, end, depth - 1, false)))
            return NULL;
    }
    for (; hash > 0; hash--) {
        if (!(at = walk_item(at, end, depth - 1, true)) || !(at = walk_item(at, end, depth - 1, false)))
            return NULL;
    }
    return at;
}

/* Neither nil nor NaN can be a key: decode would raise. */
static bool is_key(walk at, walk end, uint32_t tag)
{
    if (tag == TAG_NIL)
        return false;
    if (tag == TAG_NUM && (size_t)(end - at) >= sizeof(double)) {
        double number;
        memcpy(&number, at, sizeof number);
        return number == number;
    }
    return true;
}

static walk walk_value(walk at, walk end, unsigned depth, bool key)
{
    uint32_t tag;
    if (!(at = walk_u124(at, end, &tag)))
        return NULL;
    if (key && !is_key(at, end, tag))
        return NULL;
    if (tag >= TAG_STR)
        return walk_skip(at, end, tag - TAG_STR);
    if (tag >= TAG_TAB && tag <= TAG_TAB_LAST)
        return walk_table(at, end, tag, depth);
    switch (tag) {
    case TAG_INT:
        return walk_skip(at, end, 4);
    case TAG_NUM:
    case TAG_INT64:
    case TAG_UINT64:
        return walk_skip(at, end, 8);
    case TAG_COMPLEX:
        return walk_skip(at, end, 16);
    default:
        return tag <= TAG_NULL ? at : NULL;
    }
}

int mh_payload_check(const void *bytes, size_t len)
{
    if (len == 0)
        return MH_EPAYLOAD;
    walk end = (walk)bytes + len;
    return walk_item(bytes, end, MH_PAYLOAD_DEPTH, false) == end ? 0 : MH_EPAYLOAD;
}
