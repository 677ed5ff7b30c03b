// IDs: PR-69
"use strict";
const t = require("./trace");
const { spawn } = require("child_process");
const fs = require("fs");
const file = process.env.TRACE_DIR + "/input";
const ways = [
  ["empty", "< /dev/null"], ["closed", "<&-"], ["folder", "< /"], ["file", `< ${file}`], ["from its middle", `< ${file}`],
  ["pipe", `cat ${file} |`], ["terminal", "script"],
];
if (process.argv[2]) {
  const stdin = process.stdin;
  t.role(process.argv[2]);
  t("fields", stdin.fd, stdin.isTTY, stdin.readable, stdin.destroyed, stdin.isPaused(), stdin === process.stdin);
  let bytes = 0;
  t("chains", stdin.on("data", (data) => { bytes += data.length; }) === stdin);
  stdin.on("end", () => t("end", bytes, stdin.readableEnded));
  stdin.on("error", (err) => t("error", err));
  if (stdin.isTTY) {
    t.throws("raw", () => stdin.setRawMode(true).setRawMode(false));
    t("raw", stdin.isRaw);
  }
  process.on("exit", (code) => t("exit", code, bytes));
} else {
  fs.writeFileSync(file, "0123456789".repeat(20000));
  (function next(i) {
    if (i === ways.length) return;
    const [name, way] = ways[i];
    const me = `'${process.execPath}' '${process.argv[1]}'`;
    const run = `${me} '${name}'`;
    let script = `exec ${run} ${way}`;
    if (name === "from its middle") script = `{ head -c 65536 > /dev/null; ${run}; } ${way}`;
    if (name === "pipe") script = `${way} ${run}`;
    if (name === "terminal") script = `printf 'a line\\n\\004' | script -qec "${run}" /dev/null`;
    spawn("sh", ["-c", script], { stdio: ["ignore", "ignore", "inherit"] }).on("close", (code) => {
      t(name, code);
      next(i + 1);
    });
  })(0);
}
