// IDs: PR-52 PR-58 NET-34
"use strict";
const t = require("./trace");
const { spawn } = require("child_process");
const net = require("net");
if (process.argv[2]) {
  t.role("child");
  t("argv0", process.argv0);
  process.title = "named";
  t("title", process.title);
  const server = net.createServer((s) => s.end()).listen(0, "127.0.0.1", () => {
    const c = net.connect(server.address().port, "127.0.0.1", () => {
      const a = c.address();
      t("address", a.address, a.family, a.port === c.localPort);
    });
    c.resume();
    c.on("close", () => server.close());
  });
} else {
  spawn(process.execPath, [__filename, "child"], { argv0: "something", stdio: "inherit" }).on("exit", (code) => t("exit", code));
}
