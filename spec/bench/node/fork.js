// A worker from fork to online to its end, one after the other: fork.js TIMES prints "ms_each N".
'use strict';
const cluster = require('cluster');

if (cluster.isPrimary) {
  const times = Number(process.argv[2]);
  let left = times;
  let started;
  cluster.on('online', (worker) => worker.disconnect());
  cluster.on('exit', () => {
    if (!started) {
      started = process.hrtime.bigint(); // the first one was the warm-up
    } else if (--left === 0) {
      console.log('ms_each ' + Number(process.hrtime.bigint() - started) / 1e6 / times);
      return;
    }
    cluster.fork();
  });
  cluster.fork();
}
