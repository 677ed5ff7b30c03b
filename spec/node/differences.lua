--- Pairs where moonherd is meant to differ from Node, or is known to: NAME -> status, the IDs it is about, why.
--
-- `improved`: Node's behaviour is a known flaw, and what moonherd does is settled. `differs`: a difference that users
-- have to know. What moonherd traces there is recorded in traces/NAME.moonherd.txt.

local function improved(ids, reason)
    return { status = "improved", ids = ids, reason = reason }
end

local function differs(ids, reason)
    return { status = "differs", ids = ids, reason = reason }
end

return {
    channel_lies = improved({ "Q-11" }, "a message that claims to be the library's own is dropped with a warning"),
    child_dies_before_disconnect = improved({ "Q-12" }, "\"disconnect\" comes, whatever was on its way"),
    child_dies_with_connections = improved({ "Q-09" }, "the server closes: what a dead child had is closed"),
    cluster_accept_fails = improved({ "CL-94" }, "clients wait until the primary has descriptors again"),
    cluster_dies_with_connection = improved({ "Q-10" }, "what a dead worker had not taken goes to another"),
    cluster_disconnect_waits = improved({ "Q-02" }, "the callback waits for all workers"),
    cluster_drain = improved({ "Q-03" }, "the answers of who leaves end connections; `deadline` ends the rest"),
    cluster_dying_worker = improved({ "Q-06" }, "what the library itself sends to a dying worker never raises"),
    cluster_full = improved({ "Q-04" }, "a connection waits in the primary until a worker has room"),
    cluster_index = improved({ "Q-05" }, "a listen that failed leaves its place at the address to the next"),
    cluster_queue = improved({ "Q-17" }, "what no worker takes waits in the kernel; \"waiting\" tells of it"),
    exit_after_big_send = improved({ "Q-08" }, "what was sent is written before the process is gone"),
    fork_nan = differs({ "M-06" }, "between moonherd processes NaN and infinities travel as they are, not as null"),
    http_old_chunked = improved({ "HTTP-13" }, "a client of HTTP/1.0 never gets chunks, whatever headers were set"),
    http_strict = improved({ "HTTP-18" }, "what could be read in two ways is refused; no header is dropped"),
    kill_unspawned = improved({ "Q-19" }, "kill of a child that never was sends nothing and returns false"),
    message_late_disconnect = improved({ "Q-07" }, "the first late listener may disconnect"),
    net_listen_no_folder = improved({ "NET-05" }, "a folder that is missing is ENOENT; EACCES is of Windows"),
    net_pause_end = differs({ "NET-29" }, "pause stops reading at once: the end too waits in the kernel until resume"),
    parent_disconnect_close = improved({ "CP-86", "Q-01" }, "the child's \"close\" comes after disconnect() too"),
    send_unread = improved({ "NET-36" }, "what was read before the socket was sent goes along"),
    send_returns = differs({ "CP-64" }, "no descriptor waits for an acknowledgement, and nothing behind it"),
    spawn_missing_cwd = improved({ "Q-13" }, "the error names the folder that is missing"),
    stdout_flood = improved({ "PR-69" }, "what was written reaches the reader before the process is gone"),
}
