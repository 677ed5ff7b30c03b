#include "ipc/frame.h"

#include "base/err.h"

#include <string.h>

_Static_assert(sizeof(struct mh_frame_header) == MH_FRAME_HEADER, "the header is sent as it lies in memory");

int mh_frame_read(const char *bytes, uint32_t max_bytes, struct mh_frame_header *out)
{
    struct mh_frame_header header;
    memcpy(&header, bytes, sizeof header);
    if (header.magic != MH_FRAME_MAGIC)
        return MH_EFRAME;
    *out = header;
    if (header.length > max_bytes)
        return MH_EFRAMESIZE;
    if (header.type == 0 || header.type >= MH_FRAME_TYPES)
        return MH_EFRAMETYPE;
    if (header.fds > MH_FRAME_FDS)
        return MH_EFDS;
    return 0;
}

void mh_frame_write(char *bytes, enum mh_frame_type type, uint32_t length, unsigned fds)
{
    struct mh_frame_header header = {length, (uint8_t)type, (uint8_t)fds, MH_FRAME_MAGIC};
    memcpy(bytes, &header, sizeof header);
}
