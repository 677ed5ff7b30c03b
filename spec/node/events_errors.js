// IDs: EV-01 EV-07 EV-10 EV-11 M-13 ER-11 ER-13 ER-17
"use strict";
const t = require("./trace");
const events = require("events");
const e = new events.EventEmitter();
t.throws("listener", () => e.on("x", 5));
t.throws("no listener", () => e.once("x"));
t.throws("string", () => e.emit("error", "a text"));
t.throws("number", () => e.emit("error", 7));
const own = new Error("mine");
try { e.emit("error", own); } catch (err) { t("as it is", err === own); }
e.on(events.errorMonitor, (err) => t("monitor", err === own));
try { e.emit("error", own); } catch (err) { t("still", err === own); }
e.on("error", (err) => t("heard", err === own));
t("returns", e.emit("error", own));
process.on("warning", (w) => t("warning", w.name, w.count, w.type));
for (let i = 0; i < 12; i++) e.on("many", () => {});
