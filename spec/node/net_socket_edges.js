// IDs: NET-08 NET-12 NET-22 NET-24 NET-27 NET-29 NET-30 NET-31 NET-32 NET-33 NET-34 NET-35
"use strict";
const t = require("./trace");
const net = require("net");
const code = (label, fn) => { try { t(label, fn()); } catch (err) { t(label, err.name, err.code); } };
for (const x of [undefined, null, 5, {}, true, "0.0.0.0", "256.0.0.1", "1.2.3.4 ", "01.2.3.4", "::", "::ffff:1.2.3.4", "1::2::3", "::1%", "[::1]"]) {
  t("isIP", net.isIP(x), net.isIPv4(x), net.isIPv6(x));
}
// A socket without a connection.
const s = new net.Socket();
t("unconnected", s.address(), s.readyState, s.pending, s.connecting, s.destroyed, s.bytesRead, s.bytesWritten, s.remoteAddress, s.localPort, s.timeout);
t("chains", s.setTimeout(0) === s, s.setNoDelay() === s, s.setNoDelay(false) === s, s.setKeepAlive() === s, s.setKeepAlive(true, 0) === s, s.ref() === s, s.unref() === s);
t("chains", s.pause() === s, s.isPaused(), s.resume() === s, s.isPaused(), s.setEncoding("utf8") === s);
for (const bad of [-1, -0.5, NaN, Infinity, "5", null, undefined, {}]) code("timeout", () => s.setTimeout(bad).timeout);
for (const bad of [5, "x", {}]) code("callback", () => s.setTimeout(10, bad).timeout);
t("timeout", s.setTimeout(10).timeout, s.setTimeout(0).timeout);
process.on("warning", (w) => t("warning", w.name));
t("long", s.setTimeout(2 ** 31).timeout, s.setTimeout(0).timeout);
s.on("error", (err) => t("error", err.name, err.code));
s.on("close", () => { t("closed", s.readyState, s.destroyed); afterClose(); });
t("destroys", s.resetAndDestroy() === s, s.destroyed);
function afterClose() {
  t("after close", s.write("x", (err) => t("callback", err.code)));
  t("after close", s.destroy() === s, s.end() === s);
  setImmediate(withConnections);
}
function withConnections() {
  const server = net.createServer({ allowHalfOpen: true }, (c) => c.resume().on("end", () => c.end()));
  server.maxConnections = 0;
  server.on("drop", () => t("dropped"));
  server.listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    t.mask("PORT", port);
    const c = net.connect(port, "127.0.0.1");
    t("opening", c.readyState, c.pending, c.address(), c.remotePort);
    for (const name of ["connect", "ready", "finish", "end", "drain"]) c.on(name, () => t(name, c.readyState, c.writableNeedDrain));
    t("early", c.write("early"), c.writableLength, c.bytesWritten);
    c.on("ready", () => {
      const a = c.address();
      t("address", a.address, a.family, a.port === c.localPort, c.localFamily, c.remotePort);
      t("more", c.write("more", "utf8", (err) => t("written", err, c.writableLength)));
      c.end();
    });
    c.resume();
    c.on("close", (bad) => {
      t("close", bad, c.readyState, c.pending, c.bytesWritten, c.remotePort, c.remoteFamily, c.destroyed);
      // One that is cut off: the other side sees a reset.
      server.close();
      const other = net.createServer((p) => {
        p.on("error", (err) => t("reset", err.code));
        p.on("close", (lost) => { t("reset close", lost); other.close(); path(); });
        d.resetAndDestroy();
      });
      let d;
      other.listen(0, "127.0.0.1", () => { d = net.connect(other.address().port, "127.0.0.1"); });
    });
  });
}
// A server that is full, at a path: nothing is known of who was dropped.
function path() {
  process.chdir(process.env.TRACE_DIR);
  const server = net.createServer(() => net.connect("drop.sock").on("close", () => t("gone")).on("error", () => {}).resume());
  let first;
  server.maxConnections = 1;
  server.on("drop", (data) => { t("drop", data); first.destroy(); server.close(() => t("server closed")); });
  server.listen("drop.sock", () => { first = net.connect("drop.sock"); t("path", first.address(), first.remoteAddress); });
}
