// IDs: HTTP-18
"use strict";
const t = require("./trace");
const http = require("http");
const LENGTH = "Content-Length: 3\r\n", CODING = "Transfer-Encoding: chunked\r\n";
const heads = [CODING + LENGTH, LENGTH + CODING, LENGTH + "X: y\r\n" + CODING, CODING + "X: y\r\n" + LENGTH, LENGTH + LENGTH];
const server = http.createServer(() => t("never")).listen(0, "127.0.0.1", () => {
  server.on("clientError", (err, socket) => { t("clientError", err.code, err.message); socket.destroy(); });
  (function next(i) {
    if (i === heads.length) return server.close();
    t.ask(server.address().port, "POST / HTTP/1.1\r\nHost: x\r\n" + heads[i] + "\r\nabc", (text) => { t("answer", text); next(i + 1); });
  })(0);
});
