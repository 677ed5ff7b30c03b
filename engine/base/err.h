/*
 * base/err.h - the engine's own error codes, and names and texts for these and for errno values.
 *
 * A function that can fail returns 0 or a negative code: a negative errno value (as libuv does), or one of
 * the codes below, which lie in a range apart from errno and from libuv's own.
 */
#ifndef MH_BASE_ERR_H
#define MH_BASE_ERR_H

/* X(constant, value, Node's code where there is one, text) */
#define MH_ERRORS(X)                                                                                      \
    X(MH_ECLOSED, -5001, "ERR_CLOSED", "the object is closed")                                            \
    X(MH_EQUEUE, -5002, "ERR_IPC_QUEUE_FULL", "the send queue is over its ceiling")                       \
    X(MH_EFRAME, -5003, "ERR_IPC_BAD_FRAME", "the peer sent bytes that are no frame")                     \
    X(MH_EFRAMESIZE, -5004, "ERR_IPC_FRAME_TOO_LARGE", "the frame is larger than the limit")              \
    X(MH_EFRAMETYPE, -5005, "ERR_IPC_UNKNOWN_FRAME", "the peer sent a frame of unknown type")             \
    X(MH_EFDS, -5006, "ERR_IPC_BAD_HANDLE", "the descriptors do not match the frame that announced them") \
    X(MH_EPAYLOAD, -5007, "ERR_IPC_BAD_PAYLOAD", "the payload is no well-formed message")                 \
    X(MH_ELIMIT, -5008, "ERR_LIMIT", "a limit was reached")                                               \
    X(MH_EPEERGONE, -5009, "ERR_PEER_GONE", "the peer is gone")                                           \
    X(MH_EVERSION, -5010, "ERR_VERSION", "the peer speaks another version of the protocol")

enum mh_err {
#define MH_ERR_CONSTANT(name, value, code, text) name = (value),
    MH_ERRORS(MH_ERR_CONSTANT)
#undef MH_ERR_CONSTANT
};

/* The symbolic name of a negative code ("ECONNRESET", "ERR_IPC_QUEUE_FULL"); "EUNKNOWN" for what is neither.
 */
const char *mh_err_name(int code);

/* A short English text for a negative code. Static storage, or errno's own text; never NULL. */
const char *mh_strerror(int code);

#endif
