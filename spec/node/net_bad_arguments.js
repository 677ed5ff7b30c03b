// IDs: NET-01 NET-02 NET-20 NET-24 NET-30 ER-11 ER-12 ER-13 ER-15
"use strict";
const t = require("./trace");
const net = require("net");
for (const bad of [5, "x", true]) t.throws("createServer", () => net.createServer(bad));
for (const bad of [-1, 65536, 1.5]) t.throws("port", () => net.createServer().listen(bad));
try { net.createServer().listen({}); } catch (err) { t("nothing", err.name, err.code); }
t.throws("opts port", () => net.createServer().listen({ port: 70000 }));
for (const bad of [-1, 65536, 1.5, "x y"]) { try { net.connect({ port: bad }); } catch (err) { t("connect", err); } }
try { net.connect({}); } catch (err) { t("connect", err.name, err.code); }
try { net.connect(); } catch (err) { t("connect", err.name, err.code); }
const s = new net.Socket();
for (const bad of [undefined, 5, {}, true]) { try { s.write(bad); } catch (err) { t("write", err.name, err.code); } }
for (const bad of [-1, "x", NaN]) { try { s.setTimeout(bad); } catch (err) { t("timeout", err); } }
