// IDs: PR-40 PR-42
"use strict";
const t = require("./trace");
const handler = (name, number) => {
  t("signal", name, number);
  process.off("SIGUSR2", handler);
};
process.on("SIGUSR2", handler);
process.once("SIGHUP", (name, number) => {
  t("signal", name, number);
  process.kill(process.pid, "SIGUSR2");
  clearInterval(alive);
  setTimeout(() => {}, 100);
});
const alive = setInterval(() => {}, 1000);
t.throws("SIGKILL", () => process.on("SIGKILL", () => {}));
t.throws("SIGSTOP", () => process.on("SIGSTOP", () => {}));
process.on("SIGNOTHING", () => t("an event"));
process.emit("SIGNOTHING");
t("test", process.kill(process.pid, 0));
t("sent", process.kill(String(process.pid), "SIGHUP"));
