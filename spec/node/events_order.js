// IDs: EV-01 EV-02 EV-03 EV-06 EV-12 M-03
"use strict";
const t = require("./trace");
const { EventEmitter } = require("events");
const e = new EventEmitter();
const a = (...args) => t("a", ...args);
t("chains", e.on("x", a) === e);
e.addListener("x", a);
e.once("x", (v) => t("once", v, e.listenerCount("x")));
e.prependListener("x", () => t("first"));
e.prependOnceListener("x", () => t("first once"));
t("heard", e.emit("x", 1, "two", undefined, true));
t("heard", e.emit("x", 2));
t("unheard", e.emit("y"));
e.on("grow", () => { t("grow"); e.on("grow", () => t("grown")); });
e.emit("grow");
e.emit("grow");
const late = () => t("late");
e.on("shrink", () => e.off("shrink", late));
e.on("shrink", late);
e.emit("shrink");
e.emit("shrink");
e.on("throw", () => { throw new Error("stop"); });
e.on("throw", () => t("never"));
try { e.emit("throw"); } catch (err) { t("thrown", err.message); }
