// IDs: HTTP-05 HTTP-08 HTTP-12 HTTP-27
"use strict";
const t = require("./trace");
const http = require("http");
for (const name of ["joinDuplicateHeaders", "insecureHTTPParser", "rejectNonStandardBodyWrites", "requireHostHeader"]) {
  t.throws("server's " + name, () => http.createServer({ [name]: 5 }));
}
for (const name of ["joinDuplicateHeaders", "insecureHTTPParser"]) {
  t.throws("request's " + name, () => http.request({ port: 1, [name]: "x" }));
}
t.throws("server's connectionsCheckingInterval", () => http.createServer({ connectionsCheckingInterval: "x" }));
t.throws("server's connectionsCheckingInterval", () => http.createServer({ connectionsCheckingInterval: -1 }));
http.createServer({ joinDuplicateHeaders: false, insecureHTTPParser: false, connectionsCheckingInterval: 1000 });
const options = { joinDuplicateHeaders: true, uniqueHeaders: ["X-Once", "set-cookie", "x-last"], rejectNonStandardBodyWrites: true };
const server = http.createServer(options, (req, res) => {
  if (req.method === "POST") {
    t("asked", req.headers["x-one"], req.headers["x-many"], req.headers.cookie);
    res.writeHead(200, [["Content-Length", "2"], ["Age", "1"], ["Age", "2"], ["X-Any", "a"], ["X-Any", "b"]].flat());
    res.end("ok");
    return;
  }
  t(req.method, req.headers);
  t("distinct", req.headersDistinct);
  res.setHeader("X-ONCE", ["1", "2", "3"]);
  res.setHeader("Set-Cookie", ["a=1", "b=2"]);
  res.setHeader("X-Many", ["1", "2"]);
  res.setHeader("Cookie", ["c=1", "d=2"]);
  res.setHeader("X-Single", ["1"]);
  res.appendHeader("x-once", "4");
  t("get", res.getHeader("x-once"));
  if (req.method === "HEAD" || req.url === "/204" || req.url === "/304") {
    if (req.method !== "HEAD") res.statusCode = Number(req.url.slice(1));
    if (req.url === "/204") t("end", res.end("") === res);
    if (req.url !== "/204") t.throws("write", () => res.write("x"));
    if (req.url === "/304") t.throws("end", () => res.end("x"));
    res.end();
    return;
  }
  res.addTrailers({ "X-Gone": "1" });
  res.addTrailers({ "X-Last": ["1", "2"] });
  res.write("body");
  res.end();
});
const ask = (head, done) => t.ask(server.address().port, head + "\r\nHost: x\r\nConnection: close\r\n\r\n", (text) => { t("answer", text); done(); });
const request = () => {
  const req = http.request({ port: server.address().port, host: "127.0.0.1", method: "POST", agent: false, joinDuplicateHeaders: true,
    uniqueHeaders: ["x-one"], headers: { "X-One": ["a", "b"], "X-Many": ["a", "b"], Cookie: ["a=1", "b=2"] } });
  req.on("response", (res) => {
    t("answered", res.headers.age, res.headers["x-any"], res.headersDistinct["x-any"]);
    res.resume().on("end", () => server.close());
  });
  req.end("body");
};
server.listen(0, "127.0.0.1", () => {
  ask("GET / HTTP/1.1\r\nAge: 1\r\nage: 2\r\nUser-Agent: a\r\nUser-Agent: b\r\nX: 1\r\nX: 2\r\nCookie: a\r\nCookie: b\r\nSet-Cookie: c", () => {
    ask("HEAD / HTTP/1.1", () => ask("GET /204 HTTP/1.1", () => ask("GET /304 HTTP/1.1", request)));
  });
});
