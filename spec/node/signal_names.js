// IDs: PR-40 PR-41
"use strict";
const t = require("./trace");
const { fork } = require("child_process");
const list = ["SIGTERM", "SIGINT", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGWINCH", "SIGCONT", "SIGPIPE"];
const how = process.argv[2];
if (how === "default again") {
  const handler = () => t("never");
  process.on("SIGTERM", handler).once("SIGTERM", handler);
  process.off("SIGTERM", handler);
  process.removeAllListeners("SIGTERM");
  t("left", process.listenerCount("SIGTERM"));
  process.on("message", () => {});
  process.send("ready");
} else if (how === "loop") {
  process.on("SIGTERM", () => t("never"));
  process.on("exit", (code) => t("exit", code));
} else {
  const twice = [];
  process.on("SIGHUP", () => twice.push("first"));
  process.prependListener("SIGHUP", () => twice.push("zeroth"));
  let at = 0;
  const wait = setInterval(() => {}, 1000);
  for (const name of list) {
    process.once(name, (got, number) => {
      t(name, got, number, process.listenerCount(name));
      if (++at < list.length) return process.kill(process.pid, list[at]);
      clearInterval(wait);
      t("all", twice);
      setTimeout(children, 1);
    });
  }
  t("chains", process.on("SIGNOSUCH", () => t("an event")) === process, process.emit("SIGNOSUCH", 1));
  process.kill(process.pid, list[0]);
}
function children() {
  process.removeAllListeners();
  const child = fork(__filename, ["default again"]);
  child.on("message", () => child.kill());
  child.on("exit", (code, signal) => {
    t("default again", code, signal);
    fork(__filename, ["loop"]).on("exit", (loopCode, loopSignal) => t("loop", loopCode, loopSignal));
  });
}
