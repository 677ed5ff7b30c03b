// IDs: PR-69
"use strict";
const t = require("./trace");
const { spawn } = require("child_process");
const how = process.argv[2];
const WAYS = {
  fields: () => {
    for (const stream of [process.stdout, process.stderr]) {
      t("fields", stream.fd, stream.isTTY, stream.writable, stream.writableEnded, stream.writableLength, stream.writableHighWaterMark);
    }
    t("returns", process.stdout.write("a"), process.stdout.write("b", () => t("callback")), process.stdout.write("c", "utf8", () => t("another")));
    process.nextTick(() => t("tick"));
    for (const bad of [undefined, 5, {}, true]) {
      try { process.stdout.write(bad); } catch (err) { t("bad", err.name, err.code); }
    }
    t("script ends");
  },
  ended: () => {
    t.on(process.stdout, "stdout", ["finish", "close", "error"]);
    process.stdout.write("first ");
    t("chains", process.stdout.end("last", () => t("ended", process.stdout.writableEnded, process.stdout.writableFinished)) === process.stdout);
    t("fields", process.stdout.writable, process.stdout.writableEnded);
    setTimeout(() => process.stderr.end("err"), 10);
  },
  "order of both": () => { for (let i = 0; i < 5; i++) { process.stdout.write(i + "\n"); console.log("log", i); } },
  "gone reader": () => process.once("message", () => {
    process.stdout.on("error", (err) => t("error", err));
    t("write", process.stdout.write("x", (err) => t("callback", err)));
    setTimeout(() => {
      t("again", process.stdout.write("x", (err) => t("callback", err)), process.stdout.destroyed, process.stdout.writable);
      process.disconnect();
    }, 20);
  }),
  "gone reader, nobody listens": () => process.once("message", () => { process.stdout.write("x"); setTimeout(() => t("never"), 50); }),
};
if (how) {
  t.role(how);
  process.on("exit", (code) => t("exit", code));
  WAYS[how]();
} else {
  (function next(names) {
    if (names.length === 0) return;
    const [name, ...rest] = names;
    const child = spawn(process.execPath, [process.argv[1], name], { stdio: ["ignore", "pipe", "pipe", "ipc"] });
    let out = "", err = "";
    child.stdout.on("data", (data) => { out += data; });
    child.stderr.on("data", (data) => { err += data; });
    if (name.startsWith("gone")) {
      child.stdout.destroy();
      child.stdout.on("close", () => child.send("go"));
    }
    child.on("close", (code) => { t(name, code, out, name.startsWith("gone") || err); next(rest); });
  })(Object.keys(WAYS));
}
