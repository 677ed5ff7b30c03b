// IDs: HTTP-06 HTTP-07 HTTP-08 HTTP-09 HTTP-10 HTTP-11 HTTP-12 HTTP-13 HTTP-14 HTTP-16
"use strict";
const t = require("./trace");
const http = require("http");
const code = (label, fn) => { try { t(label, fn()); } catch (err) { t(label, err.name, err.code); } };
const answers = {
  // Statuses: what writeHead takes, and what it leaves.
  "/status": (res) => {
    for (const bad of [0, 99, 1000, -1, NaN, "x", {}, undefined]) code("writeHead", () => res.writeHead(bad));
    code("message", () => res.writeHead(200, "a\nb"));
    res.statusMessage = undefined;
    t("still", res.headersSent, res.statusCode, res.statusMessage);
    t("chains", res.writeHead("203", { "X-A": 1 }) === res, res.statusCode, res.statusMessage, res.headersSent);
    code("again", () => res.writeHead(200));
    code("set", () => res.setHeader("a", "b"));
    code("append", () => res.appendHeader("a", "b"));
    code("remove", () => res.removeHeader("a"));
    t("ends", res.end() === res, res.statusMessage);
  },
  "/implicit": (res) => { res.statusCode = 99; code("bad status", () => res.end("x")); res.statusCode = 500; res.end("x"); },
  "/message": (res) => { res.statusCode = 200; res.statusMessage = "Mine"; res.setHeader("A", "1"); res.writeHead(201, ["a", "2", "B", "3"]); res.end("x"); },
  "/list": (res) => { res.writeHead(200, ["A", "1", "A", "2", "B", "3"]); res.end("x"); },
  // Headers: what they were set to, and the order of setting.
  "/headers": (res) => {
    for (const bad of ["", "a b", "a:", "ä", undefined]) code("name", () => res.setHeader(bad, "x"));
    for (const bad of ["a\r\nb", "a\0", "\u0001", "\x7f", ["x", "y\n"]]) code("value", () => res.setHeader("x", bad));
    code("nothing", () => res.setHeader("x", undefined));
    code("nothing", () => res.appendHeader("x", undefined));
    code("get", () => res.getHeader(5));
    code("has", () => res.hasHeader());
    code("remove", () => res.removeHeader());
    t("none", res.getHeaderNames(), res.hasHeader("x"));
    res.setHeader("Number", 5).setHeader("Flag", false).setHeader("Tab", "a\tb").setHeader("Empty", "").setHeader("List", ["1", 2]);
    t("get", res.getHeader("number"), res.getHeader("FLAG"), res.getHeader("empty"), res.getHeader("list"));
    res.setHeader("Z", "first"); res.setHeader("Y", "1"); res.setHeader("z", "second");
    res.appendHeader("Y", "2").appendHeader("New", ["a", "b"]).appendHeader("new", "c");
    t("get", res.getHeader("y"), res.getHeader("NEW"));
    t("names", res.getHeaderNames(), res.getRawHeaderNames());
    t("headers", { ...res.getHeaders() });
    res.removeHeader("TAB"); res.removeHeader("never");
    res.end("x");
    t("after", res.getHeader("z"), res.hasHeader("tab"));
  },
  "/date": (res) => { res.setHeader("Date", "mine"); res.end("x"); },
  "/removed": (res) => { res.removeHeader("Date"); res.end("x"); },
  // Bodies.
  "/null": (res) => {
    for (const bad of [null, 5, true, {}]) code("write", () => res.write(bad));
    code("end", () => res.end(5));
    t("untouched", res.headersSent, res.writableEnded);
    res.end("x");
  },
  "/late": (res) => {
    res.on("error", (err) => t("error", err.name, err.code));
    t("ends", res.end("x") === res, res.writableEnded);
    t("write", res.write("y", (err) => t("callback", err.name, err.code)));
    res.end();
    res.end("z");
  },
  "/empty": (res) => { t("empty", res.write(""), res.headersSent); res.end(""); },
  "/pieces": (res) => { res.write("ab"); res.write("cd", "utf8", () => t("written")); res.end("e", "utf8", () => t("ended", res.writableFinished)); },
  "/head-only": (res) => { res.writeHead(200); res.end(); },
  "/head-text": (res) => { res.writeHead(200); res.end("text"); },
  "/te": (res) => { res.setHeader("Transfer-Encoding", "chunked"); res.end("x"); },
  "/204": (res) => { res.writeHead(204); res.write("dropped"); res.end("dropped"); },
  "/304": (res) => { res.statusCode = 304; res.setHeader("ETag", "e"); res.end("dropped"); },
  "/205": (res) => { res.statusCode = 205; res.end(); },
  "/close": (res) => { res.setHeader("Connection", "close"); res.end("x"); },
  "/keep": (res) => { res.setHeader("Content-Length", 1); res.end("x"); },
  "/keep-chunked": (res) => { res.write("x"); res.end("y"); },
  "/flush": (res) => { t("flush", res.headersSent, res.writableEnded, res.writableFinished); res.flushHeaders(); t("flushed", res.headersSent); res.flushHeaders(); res.end("x"); },
  "/interim": (res) => {
    res.writeContinue(); res.writeProcessing();
    for (const bad of [5, "x", undefined]) code("hints", () => res.writeEarlyHints(bad));
    code("link", () => res.writeEarlyHints({ link: "nonsense" }));
    res.writeEarlyHints({ link: "</a>; rel=preload; as=style", "x-more": "1" });
    res.writeEarlyHints({ link: ["</a>; rel=preload", "</b>; rel=preload"] });
    t("sent", res.headersSent); res.end("x");
  },
};
const server = http.createServer((req, res) => {
  const { url } = req;
  if (url !== "/late") res.on("finish", () => t("finish", url, res.writableFinished));
  answers[url](res);
});
server.keepAliveTimeout = 7000;
const one = (url, last) => `GET ${url} HTTP/1.1\r\nHost: x\r\n${last ? "Connection: close\r\n" : ""}\r\n`;
const asks = Object.keys(answers).sort().filter((url) => url !== "/keep-chunked").map((url) => one(url, url !== "/close"));
asks.push(one("/te") + one("/head-only") + one("/204") + one("/205", true));
for (const url of ["/head-only", "/pieces", "/te", "/keep", "/204", "/304"]) asks.push(one(url, true).replace("GET", "HEAD"));
for (const url of ["/keep", "/keep-chunked", "/204", "/head-text", "/flush"]) asks.push(`GET ${url} HTTP/1.0\r\n\r\n`);
asks.push("GET /keep HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /keep-chunked HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
asks.push("GET /head-only HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
asks.push("GET /keep HTTP/1.1\r\nHost: x\r\nConnection: foo, CLOSE\r\n\r\n");
server.listen(0, "127.0.0.1", () => {
  (function next(i) {
    if (i === asks.length) return server.close(() => t("closed"));
    t.ask(server.address().port, asks[i], (text) => { t(asks[i].split("\r\n")[0], text); next(i + 1); });
  })(0);
});
