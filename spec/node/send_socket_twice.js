// IDs: CP-65 CP-67 CP-68 CP-70 CP-69
"use strict";
const t = require("./trace");
const { fork } = require("child_process");
const net = require("net");
if (process.argv[2]) {
  t.role("child");
  process.on("message", (m, handle) => {
    t("message", m, handle === undefined ? "nothing" : handle instanceof net.Socket ? "socket" : "server");
    if (handle instanceof net.Socket) handle.end("by child");
    if (handle instanceof net.Server) { t("listening", handle.listening); handle.close(); }
    if (m === "end") process.disconnect();
  });
} else {
  const child = fork(__filename, ["child"]);
  const idle = net.createServer();
  const server = net.createServer((socket) => {
    socket.on("close", () => t("never"));
    t("sent", child.send("once", socket));
    // It is not ours any more: what follows comes without it.
    child.send("twice", socket, () => t("written"));
    child.send("not listening", idle);
    child.send("server", server);
    const gone = net.connect({ port: 1, host: "127.0.0.1" });
    gone.on("error", () => {});
    gone.on("close", () => { child.send("closed", gone); child.send("end"); });
    child.on("exit", (code) => { t("exit", code); server.close(); });
  });
  server.listen(0, "127.0.0.1", () => {
    let got = "";
    const client = net.connect(server.address().port, "127.0.0.1");
    client.on("data", (d) => { got += d; });
    client.on("close", () => { t.role("client"); t("got", got); t.role("main"); });
  });
}
