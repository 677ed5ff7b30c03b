// IDs: TM-01 TM-02 TM-03 TM-05 TM-06 M-12
"use strict";
const t = require("./trace");
const block = (ms) => { const until = Date.now() + ms; while (Date.now() < until); };
process.on("warning", (w) => t("warning", w.name, w.message));
for (const bad of [undefined, null, "x", {}, 5]) {
  t.throws("timeout", () => setTimeout(bad, 1));
  t.throws("interval", () => setInterval(bad, 1));
  t.throws("immediate", () => setImmediate(bad));
}
const order = [];
for (const [name, ms] of [["long", 320], ["one", 1], ["middle", 160], ["nothing", undefined], ["text", "160"], ["junk", "x"],
  ["minus", -3], ["fraction", 160.9], ["hex", "0x140"], ["table", {}], ["huge", 2147483648]]) {
  setTimeout(() => order.push(name), ms);
}
setTimeout(() => {
  t("in order of their times", order);
  clearing();
}, 600);

function clearing() {
  const timers = [];
  const first = setTimeout(() => { for (const each of timers) clearTimeout(each); clearTimeout(first); t("first"); }, 100);
  for (let i = 0; i < 3; i++) timers.push(setTimeout(() => t("never"), 100));
  timers.push(setTimeout(() => t("never"), 110));
  const immediates = [];
  immediates.push(setImmediate(() => { t("immediate"); clearImmediate(immediates[1]); clearImmediate(immediates[0]); }));
  immediates.push(setImmediate(() => t("never")));
  immediates.push(setImmediate(() => { setImmediate(() => t("in the next turn")); t("third"); }));
  let runs = 0;
  const every = setInterval((...args) => {
    t("every", runs, ...args);
    if (++runs === 2) { clearInterval(every); clearInterval(every); setTimeout(refreshing, 1); }
  }, 60, "a", undefined, "b");
}

function refreshing() {
  let again = 0;
  const timer = setTimeout(() => { t("fired", again); if (again++ === 0) timer.refresh(); else keeping(); }, 5);
  const cleared = setTimeout(() => t("never"), 5);
  clearTimeout(cleared);
  t("refresh", cleared.refresh() === cleared, timer.refresh() === timer, timer.hasRef());
  t("ids", clearTimeout(Number(setTimeout(() => t("never"), 5))), clearInterval(String(Number(setInterval(() => t("never"), 5)))));
  t("cross", clearTimeout(setInterval(() => t("never"), 5)), clearInterval(setTimeout(() => t("never"), 5)));
  t("junk", clearTimeout(), clearTimeout(null), clearTimeout("x"), clearTimeout({}), clearTimeout(true), clearInterval(-1), clearImmediate());
  t("another's", clearTimeout(setImmediate(() => t("still there"))));
}

function keeping() {
  const gaps = [];
  let last = Date.now();
  const every = setInterval(() => {
    const now = Date.now();
    gaps.push(now - last >= 19);
    last = now;
    if (gaps.length === 2) block(70);
    if (gaps.length < 6) return;
    clearInterval(every);
    t("no catching up", gaps);
    const far = setTimeout(() => t("never"), 60000);
    t("unref", far.unref() === far, far.hasRef(), far.ref().hasRef(), far.unref().hasRef());
    const soon = setImmediate(() => t("never"));
    t("immediate", soon.hasRef(), soon.unref() === soon, soon.hasRef(), soon.ref().hasRef());
    clearImmediate(soon);
    t("close", setTimeout(() => t("never"), 1).close().hasRef());
    setInterval(() => t("never"), 60000).unref();
  }, 20);
}
process.on("exit", (code) => t("exit", code));
