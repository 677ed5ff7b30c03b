// IDs: TM-02 TM-03 TM-05 TM-06
"use strict";
const t = require("./trace");
const far = setTimeout(() => t("never"), 60000);
t("ref", far.hasRef(), far.unref() === far, far.hasRef(), far.ref() === far, far.hasRef(), far.refresh() === far);
far.close();
const gone = setTimeout(() => t("never"), 5);
clearTimeout(gone);
clearTimeout(gone);
clearTimeout(); clearTimeout(null); clearTimeout("junk"); clearInterval({}); clearTimeout(-1);
clearImmediate(setImmediate(() => t("never")));
clearTimeout(+setTimeout(() => t("never"), 5));
clearInterval(setTimeout(() => t("never"), 5));
setTimeout(() => t("unref never"), 60000).unref();
process.on("warning", (w) => t("warning", w.name, w.message));
for (const ms of [undefined, -5, NaN, "1", 1.9, 0, 2147483648]) setTimeout((v) => t("short", v), ms, String(ms).replace("undefined", "nil").toLowerCase());
let turns = 0;
const every = setInterval((v) => { t("every", v); if (++turns === 3) clearInterval(every); }, 30, "x");
const again = setTimeout(() => { t("again"); if (turns < 100) { turns = 100; again.refresh(); } }, 200);
