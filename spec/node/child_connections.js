// IDs: NET-13 ER-07
"use strict";
const t = require("./trace");
const net = require("net");
const { fork } = require("child_process");
if (process.argv[2]) {
  let held;
  process.on("message", (m, socket) => {
    if (m === "socket") { held = socket; process.send("got"); }
    if (m === "close") { held.on("close", () => process.send("closed")); held.destroy(); }
    if (m === "spin") process.send("spins", () => { for (;;); });
  });
} else {
  const child = fork(__filename, ["child"]);
  const server = net.createServer({ pauseOnConnect: true });
  const clients = [];
  let connections = 0;
  const count = (label, next) => server.getConnections((err, n) => { t(label, err, n); next && next(); });
  server.on("connection", (socket) => {
    if (++connections === 1) return socket.resume();
    if (connections === 2) return count("both here", () => child.send("socket", socket));
    child.send("socket", socket);
  });
  child.on("message", (m) => {
    if (m === "got" && connections === 2) count("one there", () => child.send("close"));
    if (m === "closed") count("one left", () => clients.push(net.connect(server.address().port, "127.0.0.1")));
    if (m === "got" && connections === 3) child.send("spin");
    if (m === "spins") {
      count("never to be answered");
      child.kill("SIGKILL");
    }
  });
  child.on("exit", () => process.exit());
  t.throws("no callback", () => server.getConnections());
  server.listen(0, "127.0.0.1", () => {
    clients.push(net.connect(server.address().port, "127.0.0.1", () => {
      clients.push(net.connect(server.address().port, "127.0.0.1"));
    }));
  });
}
