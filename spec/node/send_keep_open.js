// IDs: CP-68 CP-67
"use strict";
const t = require("./trace");
const { fork } = require("child_process");
const net = require("net");
if (process.argv[2]) {
  process.on("message", (m, socket) => { socket.write("from child "); process.send("wrote"); process.disconnect(); });
} else {
  const child = fork(__filename, ["child"]);
  const server = net.createServer((socket) => {
    child.send("socket", socket, { keepOpen: true });
    child.on("message", () => { t("still ours", socket.destroyed); socket.end("from parent"); server.close(); });
  });
  server.listen(0, "127.0.0.1", () => {
    let got = "";
    const c = net.connect(server.address().port, "127.0.0.1");
    c.on("data", (d) => { got += d; });
    c.on("close", () => t("got", got));
  });
}
