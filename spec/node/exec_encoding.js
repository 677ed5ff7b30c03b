// IDs: CP-31
"use strict";
const t = require("./trace");
const { exec, execFile, execFileSync, execSync } = require("child_process");
const encodings = [undefined, "utf8", "UTF-8", "buffer", "latin1", "ascii", "binary", "nonsense", ""];
(function next(i) {
  if (i === encodings.length) return bytes();
  const options = encodings[i] === undefined ? {} : { encoding: encodings[i] };
  exec("printf text; printf more >&2", options, (err, out, err_out) => {
    execFile("printf", ["text"], options, (failure, text) => {
      t("encoding", encodings[i], err, out, err_out, failure, text);
      next(i + 1);
    });
  });
})(0);
// What is no text comes as it was written.
function bytes() {
  const all = "i=0; while [ $i -lt 256 ]; do printf \"\\\\$(printf %o $i)\"; i=$((i + 1)); done";
  exec(all, { encoding: "buffer" }, (err, out) => {
    t("bytes", err, [...out]);
    t("sync", [...execSync(all, { encoding: "buffer" })], execFileSync("printf", ["x\\000y"]));
    for (const encoding of ["nonsense", "utf-9"]) t.throws("sync", () => execSync("echo x", { encoding }));
  });
}
