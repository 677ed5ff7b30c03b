// IDs: CP-44 CP-45
"use strict";
const t = require("./trace");
const { spawn } = require("child_process");
const net = require("net");
const server = net.createServer((socket) => {
  const child = spawn("sh", ["-c", "echo from child"], { stdio: ["ignore", socket, "inherit"] });
  child.on("exit", (code) => { t("exit", code, child.stdout); socket.destroy(); });
});
server.listen(0, "127.0.0.1", () => {
  let got = "";
  const c = net.connect(server.address().port, "127.0.0.1");
  c.on("data", (d) => { got += d; });
  c.on("close", () => { t.role("client"); t("got", got); t.role("main"); server.close(); });
});
