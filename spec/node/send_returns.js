// IDs: CP-64
"use strict";
const t = require("./trace");
const { fork } = require("child_process");
const net = require("net");
if (process.argv[2]) {
  let count = 0;
  process.on("message", (m, server) => {
    if (server) server.close();
    if (++count === 4) process.disconnect();
  });
} else {
  // A message behind one with a handle that has not been acknowledged waits.
  const server = net.createServer();
  server.listen(0, "127.0.0.1", () => {
    const child = fork(__filename, ["child"]);
    t("first", child.send("first", server));
    t("behind it", child.send("second"), child.send("third"), child.send("fourth", server));
    child.on("exit", (code) => { t("exit", code); server.close(); });
  });
}
