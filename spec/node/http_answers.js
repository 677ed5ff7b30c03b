// IDs: HTTP-06 HTTP-07 HTTP-08 HTTP-09 HTTP-10 HTTP-11 HTTP-12
"use strict";
const t = require("./trace");
const http = require("http");
const answers = {
  "/plain": (res) => res.end("x"),
  "/empty": (res) => res.end(),
  "/chunked": (res) => { res.write("one"); res.write("two"); res.end("three"); },
  "/head": (res) => { t("chains", res.writeHead(201, "Made", { "X-One": "1", "x-two": ["a", "b"] }) === res); res.end(); },
  "/length": (res) => { res.setHeader("Content-Length", 3); res.write("abc"); res.end(); },
  "/status": (res) => { res.statusCode = 404; res.statusMessage = "Nowhere"; res.end("no"); },
  "/204": (res) => { res.statusCode = 204; res.end("dropped"); },
  "/304": (res) => { res.writeHead(304); res.end(); },
  "/nodate": (res) => { res.sendDate = false; res.end("y"); },
  "/order": (res) => { res.setHeader("B", "2"); res.setHeader("A", "1"); res.setHeader("b", "3"); res.removeHeader("A"); res.end("z"); },
  "/unknown": (res) => { res.writeHead(799); res.end("q"); },
};
const server = http.createServer((req, res) => { res.on("finish", () => t("finish", req.url)); answers[req.url](res); });
server.listen(0, "127.0.0.1", () => {
  const urls = Object.keys(answers).sort();
  (function next(i) {
    if (i === urls.length) {
      t.ask(server.address().port, "HEAD /plain HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", (text) => { t("HEAD", text); server.close(); });
      return;
    }
    t.ask(server.address().port, `GET ${urls[i]} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`, (text) => { t(urls[i], text); next(i + 1); });
  })(0);
});
