// IDs: HTTP-27
"use strict";
const t = require("./trace");
const http = require("http");
const tidy = (list) => list.map((v) => v.replace(/^127.0.0.1:\d+$/, "127.0.0.1:<port>").replace(/GMT$/, "GMT").replace(/^\w+, \d\d .*GMT$/, "<date>"));
const server = http.createServer((req, res) => {
  let body = "";
  req.on("data", (d) => { body += d; });
  req.on("end", () => {
    t("server got", req.method, req.url, tidy(req.rawHeaders), body, req.trailers);
    res.setHeader("X-Twice", ["a", "b"]);
    if (req.url === "/trailers") { res.setHeader("Trailer", "X-Sum"); res.write("one"); res.addTrailers({ "X-Sum": "3" }); }
    res.end(req.method === "HEAD" ? "" : "answer");
  });
});
const EVENTS = ["abort", "close", "connect", "continue", "drain", "error", "finish", "information", "socket", "timeout", "upgrade"];
let base;
const steps = [
  () => {
    const req = http.request({ ...base, path: "/plain?a=b" }, (res) => {
      t("response", res.statusCode, res.statusMessage, res.httpVersion, tidy(res.rawHeaders), res.headers["x-twice"], req.res === res);
      t("socket", req.socket === res.socket, res.req === req);
      t.on(res, "res", ["data", "end", "close", "error", "aborted"]);
      res.on("end", () => t("at end", res.complete, res.trailers, res.readableEnded));
    });
    t("fields", req.method, req.path, req.host, req.protocol, req.reusedSocket, req.maxHeadersCount, req.shouldKeepAlive);
    t("states", req.writableEnded, req.writableFinished, req.destroyed, req.aborted, req.headersSent, req.socket);
    t("headers", req.getHeader("host").replace(/\d+$/, "<port>"), req.getHeaderNames(), req.hasHeader("Host"));
    t.on(req, "req", EVENTS.filter((name) => name !== "socket"));
    req.on("socket", (socket) => t("req socket", socket === req.socket, socket.connecting));
    req.on("close", () => { t("at close", req.destroyed, req.writableFinished); step(); });
    t("end", req.end(() => t("end's callback")) === req, req.writableEnded, req.headersSent);
  },
  () => {
    http.get("http://127.0.0.1:" + base.port + "/by/url?x=1#hash", { headers: ["Host", "mine", "X-Mine", "1", "x-list", "a", "x-list", "b"], agent: false }, (res) => { res.resume().on("close", step); });
  },
  () => {
    const req = http.request({ ...base, method: "POST", path: "/chunks" }, (res) => { res.resume().on("close", step); });
    t("write", req.write("one,", () => t("written")), req.headersSent);
    req.write("two");
    req.addTrailers({ "X-Sum": "7" });
    req.end(",three");
  },
  () => {
    const req = http.request({ ...base, method: "put", path: "/length", headers: { "Content-Length": 3 } }, (res) => { res.resume().on("close", step); });
    req.end("abc");
  },
  () => http.request({ ...base, method: "POST", path: "/empty" }, (res) => { res.resume().on("close", step); }).end(),
  () => http.request({ ...base, method: "HEAD", path: "/head" }, (res) => { t("head", res.headers["content-length"], res.headers["transfer-encoding"]); res.resume().on("close", step); }).end(),
  () => http.get({ ...base, path: "/trailers" }, (res) => { res.resume().on("end", () => t("trailers", res.trailers, res.rawTrailers)).on("close", step); }),
  () => http.get({ ...base, path: "/list", setHost: false, headers: ["Host", "mine", "X-Raw", "1", "X-Raw", "2"] }, (res) => { res.resume().on("close", step); }),
  () => http.get({ ...base, path: "/auth", auth: "user:pass" }, (res) => { res.resume().on("close", step); }),
  () => {
    const req = http.get({ ...base, path: "/nobody-listens" });
    req.on("close", () => { t("closed without a listener of response"); step(); });
  },
  () => { const req = http.request({ ...base, path: "/flush" }, (res) => res.resume().on("close", step)); req.flushHeaders(); t("flushed", req.headersSent); req.end(); },
  () => server.close(() => t("server closed")),
];
const step = () => steps.shift()();
server.listen(0, "127.0.0.1", () => {
  base = { host: "127.0.0.1", port: server.address().port, agent: false };
  step();
});
