// IDs: NET-16 NET-07 CP-69
"use strict";
const t = require("./trace");
const net = require("net");
const { fork } = require("child_process");
if (process.argv[2]) {
  process.on("message", (m, socket) => {
    if (m !== "socket") return process.disconnect();
    socket.write("from the child");
    socket.on("data", () => socket.end());
    process.send("got");
  });
} else {
  const children = [fork(__filename, ["child"]), fork(__filename, ["child"])];
  const server = net.createServer({ pauseOnConnect: true });
  let sent = 0, got = 0, ended = 0;
  server.on("connection", (socket) => children[sent++].send("socket", socket));
  for (const child of children) {
    child.on("message", () => {
      if (++got < 2) return;
      server.close((err) => { t("closed", err, ended); for (const each of children) each.send("go"); });
      t("listening", server.listening);
      setTimeout(() => { t("ended", ended); one.write("end"); }, 100);
    });
    child.on("exit", (code) => t("exit", code));
  }
  let one, other;
  const end = () => { if (++ended === 1) setTimeout(() => other.write("end"), 50); };
  server.listen(0, "127.0.0.1", () => {
    one = net.connect(server.address().port, "127.0.0.1").on("end", end);
    other = net.connect(server.address().port, "127.0.0.1").on("end", end);
    one.resume();
    other.resume();
  });
}
