// IDs: NET-22 NET-29
"use strict";
const t = require("./trace");
const net = require("net");
// Sockets that are paused: before they are connected, then, and with something that has come.
const cases = ["nothing", "something", "before"];
const server = net.createServer((s) => {
  s.once("data", (d) => s.end(d.toString() === "something" ? "text" : undefined));
});
const clients = () => (function next(i) {
  const name = cases[i];
  if (!name) return server.close(atOnce);
  const c = net.connect({ port: server.address().port, host: "127.0.0.1", allowHalfOpen: true });
  if (name === "before") c.pause();
  c.on("connect", () => {
    c.pause();
    c.write(name);
    setTimeout(() => { t(name + " resumes", c.isPaused(), c.readableEnded); c.resume(); }, 300);
  });
  if (name !== "nothing") c.on("data", (d) => t(name + " data", d.toString()));
  c.on("end", () => { t(name + " end", c.isPaused(), c.readableEnded); c.end(); });
  c.on("close", () => { t(name + " close"); next(i + 1); });
})(0);
server.listen(0, "127.0.0.1", clients);
// A server whose connections are paused from the start: nothing of them is read, not even with a listener, until resume.
function atOnce() {
  const paused = net.createServer({ pauseOnConnect: true }, (s) => {
    t("connection", s.isPaused(), s.readableFlowing);
    s.on("data", (d) => t("data", d.toString()));
    s.on("end", () => { t("end"); s.end("got it"); });
    setTimeout(() => { t("resume", s.bytesRead, s.resume() === s, s.isPaused()); }, 200);
  });
  paused.listen(0, "127.0.0.1", () => {
    const c = net.connect(paused.address().port, "127.0.0.1", () => c.end("text"));
    c.setEncoding("utf8").on("data", (d) => t("client data", d)).on("close", () => paused.close());
  });
}
