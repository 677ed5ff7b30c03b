// IDs: ER-19 EV-01
"use strict";
const t = require("./trace");
const show = (reason) => (reason instanceof Error ? [reason.name, reason.code, reason.message] : reason);
const controller = new AbortController();
const { signal } = controller;
t("at first", signal.aborted, signal.reason, signal.onabort, signal.throwIfAborted());
const twice = (event) => t("listener", event.type, event.target === signal, signal.aborted);
signal.onabort = (event) => t("onabort", event.type);
signal.addEventListener("abort", twice);
signal.addEventListener("abort", twice);
signal.addEventListener("abort", () => t("once"), { once: true });
const gone = () => t("never");
signal.addEventListener("abort", gone);
signal.removeEventListener("abort", gone);
signal.removeEventListener("abort", gone);
t("returns", controller.abort());
controller.abort("again");
t("then", signal.aborted, ...show(signal.reason));
t.throws("raised", () => { try { signal.throwIfAborted(); } catch (err) { throw Object.assign(new Error(err.message), { name: err.name }); } });
signal.addEventListener("abort", () => t("never"));

const text = new AbortController();
text.abort("because");
t("a reason", text.signal.reason);
try { text.signal.throwIfAborted(); } catch (err) { t("raised as it is", err); }
t("made so", AbortSignal.abort().aborted, ...show(AbortSignal.abort().reason), AbortSignal.abort(5).reason, AbortSignal.abort(false).reason);

const a = new AbortController(), b = new AbortController();
const any = AbortSignal.any([a.signal, b.signal]);
any.addEventListener("abort", () => t("any", any.reason));
b.abort("b was first");
a.abort("a");
t("any", any.aborted, any.reason, AbortSignal.any([]).aborted, AbortSignal.any([AbortSignal.abort("x"), a.signal]).reason);
t("of any", AbortSignal.any([any]).reason);
for (const bad of [undefined, 5, "x"]) {
  try { AbortSignal.any(bad); t("any", "nothing raised"); } catch (err) { t("any", err.name, err.code); }
}
for (const bad of [[5], [{}]]) {
  try { AbortSignal.any(bad); t("any", "nothing raised"); } catch (err) { t("any", err.name, err.code); }
}
for (const bad of [-1, "x", 1.5, undefined]) {
  try { AbortSignal.timeout(bad); t("timeout", "nothing raised"); } catch (err) { t("timeout", err.name, err.code); }
}
try { new AbortSignal(); } catch (err) { t("alone", err.name, err.code); }

const later = AbortSignal.timeout(20);
t("timeout", later.aborted);
AbortSignal.timeout(60000);
const keep = setTimeout(() => {}, 10000);
later.addEventListener("abort", () => { t("timed out", ...show(later.reason)); clearTimeout(keep); raising(); });

function raising() {
  const noisy = new AbortController();
  process.on("uncaughtException", (err) => t("uncaught", err.message));
  noisy.signal.addEventListener("abort", () => { throw new Error("one"); });
  noisy.signal.addEventListener("abort", () => t("the next one"));
  noisy.abort();
  t("aborted");
}
