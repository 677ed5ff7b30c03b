/*
 * ipc/payload.h - checks that received bytes are one well-formed value of LuaJIT's string.buffer encoding.
 *
 * decode() trusts the counts it reads: 33 bytes that claim 2^27 array slots make it allocate a gigabyte. This
 * walk is the only door to it: every count is held against the bytes that remain, nesting against the
 * encoder's own limit. What passes is decoded with one exception: keys that occur twice in a table are found
 * by decode() alone, which raises. What passes makes decode() allocate MH_PAYLOAD_GROWTH bytes for each of
 * its own at most: an empty table is one byte, and the largest frame of them 64 MiB.
 */
#ifndef MH_IPC_PAYLOAD_H
#define MH_IPC_PAYLOAD_H

#include <stddef.h>

#define MH_PAYLOAD_DEPTH 100 /* as deep as string.buffer encodes */

#define MH_PAYLOAD_GROWTH 80

/* Returns 0, or MH_EPAYLOAD for anything that is not exactly one value. Allocates nothing, reads each byte
 * once. */
int mh_payload_check(const void *bytes, size_t len);

#endif
