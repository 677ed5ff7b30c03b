// IDs: HTTP-18
"use strict";
const t = require("./trace");
const http = require("http");
const server = http.createServer(() => t("never")).listen(0, "127.0.0.1", () => {
  server.on("clientError", (err, socket) => { t("clientError", err.code); socket.destroy(); });
  const request = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc";
  t.ask(server.address().port, request, (text) => { t("answer", text); server.close(); });
});
