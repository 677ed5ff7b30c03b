// IDs: NET-21
"use strict";
const t = require("./trace");
const net = require("net");
const { spawn } = require("child_process");
const state = (label, s) => t(label, s.readyState, s.readable, s.writable, s.connecting, s.pending, s.destroyed, s.remoteAddress, s.remotePort);
if (process.argv[2] === "child") {
  t.role("child");
  t.throws("a file", () => new net.Socket({ fd: 4 }));
  t.throws("not open", () => new net.Socket({ fd: 999 }));
  t.throws("negative", () => new net.Socket({ fd: -1 }));
  t.throws("fraction", () => new net.Socket({ fd: 1.5 }));
  t.throws("text", () => new net.Socket({ fd: "3" }));
  const empty = new net.Socket();
  state("without a connection", empty);
  t("defaults", empty.allowHalfOpen, empty.bytesRead, empty.bytesWritten, empty.readableHighWaterMark, empty.writableHighWaterMark, empty.timeout);
  const fifo = new net.Socket({ fd: 5, readable: true, writable: false });
  state("a pipe to read", fifo);
  fifo.on("data", (d) => { t("fifo data", d); fifo.destroy(); });
  fifo.on("close", (hadError) => { t("fifo close", hadError); again(); });
  const writer = new net.Socket({ fd: 6, readable: false, writable: true });
  state("a pipe to write", writer);
  t("write", writer.write("through the pipe"));
  writer.end();
  writer.on("finish", () => state("finished", writer));
  writer.on("close", (hadError) => t("writer close", hadError));
  const again = () => {
    const socket = new net.Socket({ fd: 3, allowHalfOpen: true });
    state("a socket", socket);
    t("address", socket.address());
    socket.on("data", (d) => { t("data", d); socket.write("got " + d); });
    socket.on("end", () => { state("at end", socket); socket.end("bye"); });
    socket.on("close", (hadError) => { state("closed", socket); t("close", hadError); });
  };
} else {
  const dir = process.env.TRACE_DIR;
  const script = 'mkfifo "$2" && exec "$0" "$1" child 4<"$1" 5<>"$2" 6>"$2"';
  const child = spawn("sh", ["-c", script, process.execPath, process.argv[1], dir + "/fifo"], { stdio: ["ignore", "inherit", "inherit", "pipe"] });
  const pipe = child.stdio[3];
  pipe.write("hello");
  pipe.on("data", (d) => { t("parent data", d); if (d.toString().startsWith("got")) pipe.end(); });
  pipe.on("end", () => t("parent end"));
  child.on("close", (code) => t("close", code));
}
