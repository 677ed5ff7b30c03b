/*
 * net/http_status.h - the statuses of HTTP and their texts, as Node has them.
 *
 *     for (unsigned status = mh_http_next_status(0); status != 0; status = mh_http_next_status(status))
 *         puts(mh_http_status_text(status));
 */
#ifndef MH_NET_HTTP_STATUS_H
#define MH_NET_HTTP_STATUS_H

/* Node's text of a status; "unknown" for one without. */
const char *mh_http_status_text(unsigned status);

/* Walk the statuses that have a text: the one after `status` (0 for the first), 0 at the end. */
unsigned mh_http_next_status(unsigned status);

#endif
