// IDs: NET-02 NET-03 NET-05 NET-09 ER-16 ER-21
"use strict";
const t = require("./trace");
const net = require("net");
const a = net.createServer().listen(0, "127.0.0.1", () => {
  const port = a.address().port;
  t.mask("PORT", port);
  try { a.listen(0); } catch (err) { t("twice", err); }
  const b = net.createServer();
  b.on("listening", () => t("never"));
  b.on("error", (err) => {
    t("busy", err, b.listening);
    b.close((e) => t("closed", e));
    const far = net.createServer();
    far.on("error", (e) => { t("address", e); a.close(); });
    far.listen(0, "192.0.2.1");
  });
  b.on("close", () => t("close"));
  b.listen(port, "127.0.0.1");
});
