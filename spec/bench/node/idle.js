// A herd that does nothing: idle.js WORKERS prints "pid N" of each worker, then "online".
'use strict';
const cluster = require('cluster');

if (cluster.isPrimary) {
  const workers = Number(process.argv[2]);
  let online = 0;
  cluster.on('online', (worker) => {
    console.log('pid ' + worker.process.pid);
    if (++online === workers) console.log('online');
  });
  for (let i = 0; i < workers; i++) cluster.fork();
}
