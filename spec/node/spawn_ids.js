// IDs: CP-25; as root
"use strict";
const t = require("./trace");
const { execFile, execSync, spawn, spawnSync } = require("child_process");
const script = "id -u; id -g; id -G";
const ids = [{ uid: 65534, gid: 65534 }, { uid: 65534 }, { gid: 65534 }, { uid: 0, gid: 0 }, {}, { uid: 2147483647, gid: 2147483647 }];
(function next(i) {
  if (i === ids.length) return;
  const child = spawn("sh", ["-c", script], ids[i]);
  let out = "";
  child.stdout.on("data", (d) => { out += d; });
  child.on("close", (code) => {
    t("spawn", ids[i], out, code);
    t("spawnSync", spawnSync("sh", ["-c", script], ids[i]).stdout, execSync(script, ids[i]));
    execFile("sh", ["-c", script], ids[i], (err, text) => { t("execFile", err, text); next(i + 1); });
  });
})(0);
