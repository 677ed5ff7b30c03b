// IDs: CP-67 CP-69 CP-70 CP-63
"use strict";
const t = require("./trace");
const { fork } = require("child_process");
const dgram = require("dgram");
if (process.argv[2]) {
  t.role("child");
  process.on("message", (m, socket) => {
    t("message", m, socket instanceof dgram.Socket, typeof socket.address().port, socket.address().address);
    socket.on("message", (data) => { t("data", data.toString()); socket.close(); process.disconnect(); });
    process.send("listens");
  });
} else {
  const child = fork(__filename, ["child"]);
  const unbound = dgram.createSocket("udp4");
  // There is nothing behind it yet.
  try { t("unbound", child.send("unbound", unbound, (err) => t("callback", err && err.code))); } catch (err) { t("unbound", err.code, err.syscall); }
  const socket = dgram.createSocket("udp4");
  socket.bind(0, "127.0.0.1", () => {
    const port = socket.address().port;
    child.send("socket", socket, (err) => t("written", err));
    child.on("message", (m) => {
      // Ours stays open; who gets what comes, the system decides: only the child after this.
      t("message", m, socket.address().port === port);
      socket.close(() => {
        const other = dgram.createSocket("udp4");
        other.send("hello", port, "127.0.0.1", () => other.close());
      });
    });
    child.on("exit", (code) => { t("exit", code); unbound.close(); });
  });
}
