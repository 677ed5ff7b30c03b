// One worker that says hello over HTTP, behind round robin: prints "port N" and serves until it is ended.
'use strict';
const cluster = require('cluster');

if (cluster.isPrimary) {
  cluster.on('listening', (worker, address) => console.log('port ' + address.port));
  cluster.fork();
} else {
  require('http').createServer((request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': 14 });
    response.end('Hello, world!\n');
  }).listen(0, '127.0.0.1');
}
