// IDs: NET-36
"use strict";
const t = require("./trace");
const net = require("net");
const { fork } = require("child_process");
if (process.argv[2]) {
  process.on("message", (m, socket) => {
    let text = "";
    socket.on("data", (d) => { text += d; if (text.endsWith("second")) { socket.end(text); process.disconnect(); } });
    process.send("got");
  });
} else {
  const child = fork(__filename, ["child"]);
  let client;
  const server = net.createServer((socket) => {
    (function look() {
      if (socket.bytesRead < 6) return setImmediate(look);
      child.send("socket", socket);
      server.close();
    })();
  });
  child.on("message", () => client.write("second"));
  child.on("exit", (code) => t("exit", code));
  server.listen(0, "127.0.0.1", () => {
    client = net.connect(server.address().port, "127.0.0.1", () => client.write("first "));
    client.on("data", (d) => t("the child had", d.toString()));
  });
}
