// IDs: CP-67 CP-70 CP-65 NET-29
"use strict";
const t = require("./trace");
const { fork } = require("child_process");
const net = require("net");
if (process.argv[2]) {
  t.role("child");
  process.on("message", (m, socket) => {
    t("message", m, !!socket);
    if (!socket) return process.send("write");
    socket.on("data", (d) => { t("data", d.toString()); socket.end("child says " + d); process.disconnect(); });
    socket.resume();
  });
} else {
  const child = fork(__filename, ["child"]);
  const server = net.createServer({ pauseOnConnect: true }, (socket) => {
    child.send("socket", socket);
    child.send("after");
    server.close();
  });
  server.listen(0, "127.0.0.1", () => {
    const c = net.connect(server.address().port, "127.0.0.1");
    child.on("message", () => c.write("hi"));
    c.on("data", (d) => t("client", d.toString()));
    c.on("close", (bad) => t("close", bad));
  });
  child.on("exit", (code) => t.role("exit") || t("exit", code) || t.role("main"));
}
