// IDs: EV-02 EV-03 EV-05 EV-06 EV-07 EV-08 EV-09 EV-11 M-03
"use strict";
const t = require("./trace");
const events = require("events");
const make = () => new events.EventEmitter();
const f = () => t("f");
const g = () => t("g");

let e = make();
e.once("x", () => { t("once"); e.emit("x"); });
e.emit("x");
t("gone", e.listenerCount("x"), e.emit("x"));
e.once("thrower", () => { throw Object.assign(new Error("first"), {}); });
t.throws("thrower", () => e.emit("thrower"));
t("removed before", e.listenerCount("thrower"));

e = make();
e.on("newListener", (name, fn) => {
  t("new", name, fn === f, fn === g, e.listenerCount(name));
  if (name === "x" && e.listenerCount("x") === 0) e.prependListener("pre", g);
});
e.once("x", f);
e.prependListener("x", g);
e.prependOnceListener("x", f);
t("order", e.listeners("x").map((each) => (each === f ? "f" : "g")), e.rawListeners("x").map((each) => each === f || each === g));
t("wrapper", e.rawListeners("x")[0].listener === f);
e.rawListeners("x")[0]();
t("called by hand", e.listenerCount("x"));
e.on("removeListener", (name, fn) => t("removed", name, fn === f, fn === g, e.listenerCount(name)));
e.emit("x");
e.off("x", f).off("x", g).off("x", g);
t("names", e.eventNames());
e.on("y", f).on("y", g).on("z", f);
e.removeAllListeners();
t("nothing", e.eventNames());

e = make();
e.on("x", f).on("x", g).on("x", f);
e.removeListener("x", f);
t("last of two", e.listeners("x").map((each) => (each === f ? "f" : "g")));
t("unknown", e.off("x", () => {}) === e, e.off("nobody", f) === e, e.removeAllListeners("nobody") === e);
for (const bad of [undefined, 5, {}]) t.throws("off", () => e.off("x", bad));
for (const name of [5, true, "", "with space"]) { e.on(name, f); t("any name", e.listenerCount(name), e.emit(name)); }

e = make();
const order = [];
for (let i = 0; i < 6; i++) {
  e.on("many", () => {
    order.push(i);
    if (i === 1) { e.removeAllListeners("many"); e.on("many", () => order.push("late")); }
  });
}
t("heard", e.emit("many"), order, e.emit("many"), order);

e = make();
const codes = (label, ...args) => { try { e.emit("error", ...args); } catch (err) { t(label, err.name, err.code, err.context); } };
codes("no argument");
codes("nil", undefined);
codes("object", { some: "field" });
t.throws("number", () => e.emit("error", 5));
t.throws("text", () => e.emit("error", "text"));
t.throws("boolean", () => e.emit("error", false));
try { e.emit("error", 7); } catch (err) { t("context", err.context, err.code); }
const own = new RangeError("own");
try { e.emit("error", own, "more"); } catch (err) { t("as it is", err === own); }
e.on(events.errorMonitor, (err, more) => t("monitor", err === own, more));
try { e.emit("error", own, "more"); } catch (err) { t("as it is", err === own); }
e.once("error", (err, more) => { t("heard", err === own, more); throw new Error("from the listener"); });
t.throws("listener", () => e.emit("error", own, "more"));
t("monitors", e.listenerCount(events.errorMonitor), e.listenerCount("error"));
e.on("args", function (...args) { t("args", args.length, ...args); });
e.emit("args");
e.emit("args", undefined, 1, undefined);
