// IDs: HTTP-04 HTTP-09 HTTP-10 HTTP-27 CP-56
"use strict";
const t = require("./trace");
const http = require("http");
const { spawn } = require("child_process");
const SIZE = 8 * 1048576;
const agent = new http.Agent({ keepAlive: false });
const serve = (handler, then) => {
  const server = http.createServer(handler);
  server.listen(0, "127.0.0.1", () => then(server.address().port, () => server.close(next)));
};
const ask = (port, options, body, done) => {
  const req = http.request({ port, host: "127.0.0.1", agent, ...options }, (res) => {
    const parts = [];
    res.on("data", (d) => parts.push(d));
    res.on("end", () => done(res, Buffer.concat(parts).toString("latin1")));
  });
  if (body !== undefined) req.end(body);
  return req;
};
const steps = [
  () => serve((req, res) => { // an echo, piped
    t("fields", req.readableFlowing, req.isPaused(), req.readableEnded, req.readableHighWaterMark);
    t("res", res.writableHighWaterMark, res.writableLength, res.writableCorked, res.writableNeedDrain, res.writableObjectMode);
    res.on("pipe", (from) => t("pipe", from === req));
    res.on("unpipe", (from) => t("unpipe", from === req));
    t("returns", req.pipe(res) === res, req.readableFlowing);
  }, (port, close) => ask(port, { method: "POST" }, "hello", (res, text) => { t("answer", text); close(); })),
  () => serve((req, res) => { // pause holds it, resume lets it come
    let text = "";
    req.on("data", (d) => { text += d; });
    req.pause();
    t("paused", req.isPaused(), req.readableFlowing);
    setImmediate(() => setImmediate(() => {
      t("nothing came", text, req.readableEnded);
      t("resume", req.resume() === req, req.isPaused());
    }));
    req.on("end", () => { t("end", text, req.readableEnded, req.complete); res.end("ok"); });
  }, (port, close) => ask(port, { method: "POST" }, "body", (res, text) => { t("answer", text); close(); })),
  () => serve((req, res) => { // prepended listeners do not start it
    req.prependListener("data", (d) => t("data", d.toString()));
    t("prepended", req.readableFlowing);
    req.once("end", () => res.end("ok"));
    setImmediate(() => { t("still", req.readableFlowing); req.resume(); });
  }, (port, close) => ask(port, { method: "POST" }, "x", (res, text) => { t("answer", text); close(); })),
  () => serve((req, res) => { // through a program
    const child = spawn("cat", [], { stdio: ["pipe", "pipe", "inherit"] });
    req.pipe(child.stdin);
    child.stdout.pipe(res);
  }, (port, close) => ask(port, { method: "POST" }, "y".repeat(SIZE), (res, text) => { t("by cat", text.length, /^y*$/.test(text)); close(); })),
  () => { // through a proxy
    serve((req, res) => req.pipe(res), (behind, close) => {
      const proxy = http.createServer((req, res) => {
        const onward = http.request({ port: behind, host: "127.0.0.1", method: req.method, path: req.url, agent }, (answer) => {
          res.writeHead(answer.statusCode);
          answer.pipe(res);
        });
        t("request", onward.writableHighWaterMark, onward.writableLength, onward.writableCorked, onward.writableNeedDrain);
        onward.on("pipe", (from) => t("pipe", from === req));
        req.pipe(onward);
      });
      proxy.listen(0, "127.0.0.1", () => {
        ask(proxy.address().port, { method: "PUT", path: "/p" }, "z".repeat(SIZE), (res, text) => {
          t("by proxy", res.statusCode, text.length, /^z*$/.test(text));
          proxy.close(close);
        });
      });
    });
  },
  () => serve((req, res) => { // a response cannot be read
    res.on("error", (err) => t("res", err));
    t("pipe", res.pipe(res));
    req.resume().on("end", () => res.end());
  }, (port, close) => {
    const req = ask(port, { method: "POST" }, undefined, () => close());
    req.on("error", (err) => t("req", err));
    req.pipe(req);
    req.end();
  }),
  () => serve((req, res) => { // end: false
    req.pipe(res, { end: false });
    req.on("end", () => { t("open", res.writableEnded); res.end(" and more"); });
  }, (port, close) => ask(port, { method: "POST" }, "body", (res, text) => { t("answer", text); close(); })),
  () => t("done"),
];
const next = () => steps.shift()();
next();
