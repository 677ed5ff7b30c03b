// IDs: CP-08 CP-34
"use strict";
const t = require("./trace");
const { fork, spawn } = require("child_process");
if (process.argv[2] === "child") {
  process.send([process.execArgv, process.argv.slice(2)]);
  process.disconnect();
} else {
  // The code of -e is not run again by who forks from it.
  const code = 'require("child_process").fork(process.env.SCRIPT, ["child", "x"]).on("message", (m) => console.log(JSON.stringify(m)))';
  const child = spawn(process.execPath, ["-e", code], { env: { ...process.env, SCRIPT: __filename } });
  let out = "";
  child.stdout.on("data", (d) => { out += d; });
  child.on("close", (code) => {
    t("close", code, out);
    // Nor what execArgv says in its place.
    const explicit = fork(__filename, ["child"], { execArgv: [] });
    explicit.on("message", (m) => t("message", m));
  });
}
