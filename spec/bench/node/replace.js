// From the kill of a worker until its replacement is online: replace.js TIMES prints "ms_each N".
'use strict';
const cluster = require('cluster');

if (cluster.isPrimary) {
  const times = Number(process.argv[2]);
  let round = 0;
  let total = 0n;
  let killed;
  cluster.on('exit', () => {
    if (round <= times) cluster.fork();
  });
  cluster.on('online', (worker) => {
    if (round > 0) total += process.hrtime.bigint() - killed;
    if (round === times) console.log('ms_each ' + Number(total) / 1e6 / times);
    round++;
    // Only once it has come to rest.
    setTimeout(() => {
      killed = process.hrtime.bigint();
      process.kill(worker.process.pid, 'SIGKILL');
    }, 20);
  });
  cluster.fork();
}
